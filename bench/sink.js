// The server that everything is sent to, in a process of its own: node bench/sink.js [PORT]
//
// It keeps every body as it came, and parses them only when it is asked for the account: while a contestant runs it
// costs little, and yet every message is truly counted.

import { createServer } from 'node:http'

const answers = {
  '/v1/batch': '{"success":true}',
  '/batch/': '{"status":"Ok"}',
}

let bodies = []

/** What has arrived since the last account. */
function account() {
  const seen = new Set()
  let messages = 0
  let bytes = 0
  for (const chunks of bodies) {
    const body = Buffer.concat(chunks)
    bytes += body.length
    for (const message of JSON.parse(body).batch) {
      messages++
      seen.add(message.properties.n)
    }
  }
  const requests = bodies.length
  bodies = []
  return { requests, bytes, messages, distinct: seen.size }
}

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify(account()))
    return
  }
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const answer = answers[request.url]
    if (answer === undefined) {
      response.writeHead(404).end()
      return
    }
    bodies.push(chunks)
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(answer),
    })
    response.end(answer)
  })
})

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`
  if (process.send) process.send(url)
  else console.log(url)
})
process.on('disconnect', () => process.exit())

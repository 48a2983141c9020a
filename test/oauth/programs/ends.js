// Calls with OAuth, and ends in the way that it is told. The key comes from a file, as it should.
import { readFileSync } from 'node:fs'
import { Analytics } from 'selfsame'

const [host, authServer, keyFile, end] = process.argv.slice(2)
const pem = readFileSync(keyFile, 'utf8')
const clientKeys = {
  'a function': () => pem,
  'an asynchronous function': () => Promise.resolve(pem),
}
const options = { clientId: 'app-1', clientKey: clientKeys[end] ?? pem, keyId: 'key-1', authServer }
if (end === 'a client of its own for tokens') options.httpClient = fetch
const analytics = new Analytics({ writeKey: 'the-write-key', host, oauth: options })
if (end.endsWith('with a token')) {
  analytics.track({ userId: 'u1', event: 'first' })
  await analytics.flush()
}
for (let i = 0; i < 5; i++) analytics.track({ userId: 'u1', event: `event ${i}` })
if (end !== 'natural') process.exit(0)

// The raw floor: stringify each message once, join a hundred, post them with keep-alive. Nothing less delivers them.

import { Pool } from 'undici'
import { shapedMessage } from '../calls.js'

export const prepare = shapedMessage

export function start({ url, flushAt }) {
  const pool = new Pool(url, { connections: 8 })
  const headers = {
    'content-type': 'application/json',
    authorization: `Basic ${Buffer.from('key:').toString('base64')}`,
  }
  const requests = []
  let texts = []

  async function post(body) {
    const response = await pool.request({ path: '/v1/batch', method: 'POST', headers, body })
    await response.body.dump()
    if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`)
  }

  function flush() {
    const body = `{"batch":[${texts.join(',')}],"sentAt":"${new Date().toISOString()}"}`
    texts = []
    requests.push(post(body))
  }

  return {
    send(message) {
      texts.push(JSON.stringify(message))
      if (texts.length === flushAt) flush()
    },
    async delivered() {
      if (texts.length > 0) flush()
      await Promise.all(requests)
    },
    close: () => pool.close(),
  }
}

// Calls that fail at once, as the process ends; the listener of their failures makes further ones: fails-again.js HOST COUNT
import { Analytics } from 'selfsame'

const [, count] = process.argv.slice(2)
const analytics = new Analytics({ writeKey: 'k', host: 'http://127.0.0.1:9', maxMessageBytes: 100 })
let calls = 0
const fail = () =>
  analytics.track({ userId: 'u', event: 'x'.repeat(200), messageId: `m${calls++}` })
const reported = []
analytics.on('error', ({ messages }) => {
  reported.push(...messages.map(({ messageId }) => messageId))
  if (calls < Number(count)) fail()
})
process.on('exit', () => console.log(JSON.stringify({ calls, reported })))
fail()
process.exit(3)

// Messages fail in the way that it is told, and the process ends in the same turn or as it is told.
import { Analytics } from 'selfsame'

const [host, deadLetter, how] = process.argv.slice(2)
const analytics = new Analytics({
  writeKey: 'the-secret-key',
  host,
  deadLetter,
  onInvalid: 'report',
  maxMessageBytes: 500,
})
const tooLarge = (i) =>
  analytics.track({ userId: 'u1', event: `event ${i}`, properties: { text: 'x'.repeat(500) } })
const track = (i, callback) => analytics.track({ userId: 'u1', event: `event ${i}` }, callback)

const ways = {
  // Within the turn of the calls: nothing has been told yet.
  'process.exit': () => {
    for (let i = 0; i < 500; i++) tooLarge(i)
    process.exit(3)
  },
  throw: () => {
    for (let i = 0; i < 500; i++) tooLarge(i)
    throw new TypeError('a bug of the app')
  },
  'in an exit listener': () => {
    process.on('exit', () => {
      for (let i = 0; i < 500; i++) tooLarge(i)
    })
  },
  'beside some that are pending': () => {
    for (let i = 0; i < 250; i++) tooLarge(i)
    for (let i = 250; i < 500; i++) track(i)
    process.exit(3)
  },
  SIGTERM: () => {
    for (let i = 0; i < 500; i++) track(i)
    setImmediate(() => process.kill(process.pid, 'SIGTERM'))
    setInterval(() => undefined, 1_000)
  },
  'a callback that exits': () => {
    for (let i = 0; i < 500; i++) track(i, () => process.exit(3))
    void analytics.flush()
  },
  'an error listener that exits': () => {
    analytics.on('error', () => process.exit(3))
    for (let i = 0; i < 500; i++) track(i)
    void analytics.flush()
  },
  'an idle client': () => {
    tooLarge(0)
  },
  // Many writes, beside another process that does the same.
  shared: async () => {
    for (let i = 0; i < 500; i++) {
      tooLarge(i)
      await new Promise((resolve) => setImmediate(resolve))
    }
  },
  // The shell has set how large a file may become; the process goes on.
  'disk full': async () => {
    // Without a handler this would be the end of the process.
    process.on('SIGXFSZ', () => undefined)
    process.on('warning', ({ code }) => console.log(code))
    analytics.on('error', ({ messages }) => (told += messages.length))
    let told = 0
    for (let i = 0; i < 500; i++) {
      tooLarge(i)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const { failed, deadLettered } = analytics.stats()
    console.log(JSON.stringify({ told, failed, deadLettered }))
  },
}
await ways[how]()

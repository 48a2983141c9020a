// Queues 500 messages and ends in the way that it is told.
import { constants } from 'node:os'
import { Analytics } from 'selfsame'

// A handler of the app's may be there before the first call, and may be registered for one signal only.
if (process.argv[3] === 'own once handler') {
  process.once('SIGTERM', async () => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    await analytics.close()
    console.log('closed')
    process.exit(0)
  })
}

const [host, endAndTimeout] = process.argv.slice(2)
const [end, timeout] = endAndTimeout.split(', ')
const ids = (client, i) => ({ userId: `u${i}`, event: `${client} ${i}` })
const analytics = new Analytics({
  writeKey: 'the-secret-key',
  host,
  // Nothing is under way when the end comes, but where the end is about that.
  flushAt: end === 'in flight' ? 100 : 1_000,
  onInvalid: 'report',
})
for (let i = 0; i < 500; i++) analytics.track(ids('event', i))

const ends = {
  natural: () => undefined,
  'process.exit': () => process.exit(0),
  'process.exit(3)': () => process.exit(3),
  throw: () => {
    setTimeout(() => {
      throw new TypeError('a bug of the app')
    }, 5)
  },
  reject: () => Promise.reject(new TypeError('a bug of the app')),
  // In flight at the end: the answer is not waited for, the child sends it again.
  'in flight': () => {
    void analytics.flush()
    setTimeout(() => process.exit(0), 150)
  },
  SIGTERM: () => die('SIGTERM'),
  SIGINT: () => die('SIGINT'),
  SIGHUP: () => die('SIGHUP'),
  'own handler': () => {
    process.on('SIGTERM', async () => {
      const { delivered, failed, pending } = await analytics.close(
        timeout ? { timeout: Number(timeout) } : {},
      )
      console.log(JSON.stringify({ delivered, failed, pending }))
      process.exit(0)
    })
    die('SIGTERM')
  },
  // A handler that does not end the process must keep its meaning: the process lives on.
  'own once handler': () => die('SIGTERM'),
  'handler that stays': () => {
    process.on('SIGTERM', () => {
      console.log('still here')
      setTimeout(() => process.exit(0), 50)
    })
    die('SIGTERM')
  },
  'flush as PID 1': () => {
    // The kernel keeps PID 1 of a container from dying of a signal that it has no handler for.
    process.kill = () => true
    setTimeout(() => {
      analytics.track(ids('after the signal', 1))
      process.exit(0)
    }, 3_500)
    process.emit('SIGTERM', 'SIGTERM')
  },
  'an exit listener that throws': () => {
    process.on('exit', () => {
      throw new TypeError('a bug of the app')
    })
    process.exit(0)
  },
  'an unsettled await': () => undefined,
  'an error listener that exits': () => {
    analytics.on('error', () => process.exit(4))
    for (const userId of ['', null]) analytics.track({ userId, event: 'invalid' })
  },
  'a wrong clock': () => {
    const now = Date.now()
    Date.now = () => now + 1e10
    process.exit(0)
  },
  "Node's own options": () => process.exit(0),
  listeners: () => {
    // Node ignores it.
    process.kill(process.pid, 'SIGXFSZ')
    const counts = Object.keys(constants.signals).map((signal) => [
      signal,
      process.listenerCount(signal),
    ])
    console.log(JSON.stringify(Object.fromEntries(counts.filter(([, count]) => count > 0))))
    process.exit(0)
  },
  'two clients': () => {
    const other = new Analytics({ writeKey: 'another', host })
    for (let i = 0; i < 500; i++) other.track(ids('other', i))
    process.exit(0)
  },
  'flushOnExit false': () => {
    const other = new Analytics({ writeKey: 'another', host, flushOnExit: false })
    other.track(ids('other', 1))
    process.exit(0)
  },
  'in its exit handler': () => {
    process.on('exit', () => analytics.track(ids('at exit', 1)))
    process.exit(0)
  },
  'custom client': () => {
    const other = new Analytics({ writeKey: 'k', host, httpClient: fetch })
    other.identify(ids('other', 1))
    process.exit(0)
  },
}

function die(signal) {
  setInterval(() => undefined, 1_000)
  setTimeout(() => process.kill(process.pid, signal), 20)
}

ends[end]()
if (end === 'an unsettled await') await new Promise(() => undefined)

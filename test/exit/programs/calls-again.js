// Its listeners and callbacks call again, when the process is ending.
import { Analytics } from 'selfsame'

const [host, way] = process.argv.slice(2)
const analytics = new Analytics({ writeKey: 'k', host })
const track = (event, callback) => analytics.track({ userId: 'u', event }, callback)

const ways = {
  'once, in a callback': () => track('first', () => track('second')),
  'once, to another client': () => {
    const other = new Analytics({ writeKey: 'other', host })
    track('first', () => other.track({ userId: 'u', event: 'second' }))
  },
  'after each failure': () => {
    analytics.on('error', () => track('again'))
    track('first')
  },
  'by ending the process': () => {
    for (const event of ['first', 'second']) track(event, () => process.exit(4))
  },
}
ways[way]()
process.on('exit', () => console.log(JSON.stringify(analytics.stats())))
if (way === 'by ending the process') {
  setInterval(() => undefined, 1_000)
  process.kill(process.pid, 'SIGTERM')
} else process.exit(3)

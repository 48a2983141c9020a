// Makes its first call when the process is ending already, in an exit listener of its own.
import { Analytics } from 'selfsame'

const [host, end, other] = process.argv.slice(2)
const options = { writeKey: 'k', host }
if (other === 'another client was closed before') {
  const closed = new Analytics(options)
  closed.track({ userId: 'u', event: 'before' })
  await closed.close()
}
const analytics = new Analytics(options)
process.on('exit', () => {
  for (const event of ['first', 'second']) analytics.track({ userId: 'u', event })
})
if (end === 'process.exit(3)') process.exit(3)
if (end === 'throw') throw new TypeError('a bug of the app')

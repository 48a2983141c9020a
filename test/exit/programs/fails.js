// Calls fail, and the process ends in the same turn: nothing is pending, and no warning is told any more.
import { Analytics } from 'selfsame'

const [host, ...ways] = process.argv.slice(2)
const analytics = new Analytics({ writeKey: 'the-secret-key', host, onInvalid: 'report' })
process.on('exit', (code) => console.log(`exit listener of the app: ${code}`))
if (ways.includes('listener')) {
  analytics.on('error', ({ code }) => {
    console.log(code)
    // One that fails too must not go on for ever.
    analytics.track({ event: 'a call of the listener' })
  })
}
if (ways.includes('pending')) analytics.track({ userId: 'u1', event: 'E' })
analytics.track({ event: 'neither id' }, (error) => console.log(`callback: ${error?.code}`))
// Until the test has closed the pipe.
if (ways.includes('later')) process.stdin.on('end', () => process.exit(3)).resume()
else process.exit(3)

// Gets a SIGTERM beside others that listen for it: copies of signal-exit, another copy of the library, its own handler.
import { createRequire } from 'node:module'
import { onExit } from 'signal-exit'
import { Analytics } from 'selfsame'

const require = createRequire(import.meta.url)
const [host, ...others] = process.argv.slice(2)
// What returned true to signal-exit would keep the process alive.
const say = (text) => void process.stdout.write(`${text}\n`)

const listen = {
  'signal-exit 3': () => require('signal-exit-3')((code, signal) => say(`version 3: ${signal}`)),
  'signal-exit 4': () => onExit((code, signal) => say(`version 4: ${signal}`)),
  'signal-exit 4 that stays': () =>
    onExit((code, signal) => {
      if (signal === null) return false
      setTimeout(() => process.exit(0), 300)
      return true
    }),
  'the CommonJS copy': () => call(require('selfsame').Analytics, 'CommonJS'),
  'the ES module': () => call(Analytics, 'ESM'),
  'a handler of its own': () =>
    process.on('SIGTERM', () => {
      say('handled')
      setTimeout(() => process.exit(0), 300)
    }),
}

function call(Client, event) {
  new Client({ writeKey: 'k', host }).track({ userId: 'u', event })
}

for (const other of others) listen[other]()
setInterval(() => undefined, 1_000)
setTimeout(() => process.kill(process.pid, 'SIGTERM'), 20)

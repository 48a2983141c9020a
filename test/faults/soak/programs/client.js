// A client of the soak, in a process of its own. Its plan says what it does; it writes down what became of each call.
//
// The log is the truth of what its caller was told, and survives `kill -9`: one write a line, when it has happened.
//   B n            the n-th call begins: only of a client whose listeners call, too
//   A n            the n-th call has returned, and is accepted
//   R n            it has returned, and is not: its failure will be told
//   K n            its callback said that it is delivered
//   F code n …     an 'error' event told that these have failed (as client-n: they may be another client's)
//   D count text   the outbox has lost messages
//   M …            memory, in bytes: resident, heap, outside of the heap
//   C              close() or the end begins: what is left is for anybody
//   S {…}          the books at the end
//   X text         something that must not be

import fs from 'node:fs'
import { Agent } from 'node:http'
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import { callOf, seeded } from './content.js'
import { dieAt, Disk, movableClock } from './host-faults.js'

const plan = JSON.parse(process.argv[2])
const { name, seed } = plan
const { writeSync } = fs
const log = fs.openSync(plan.log, 'a')
const note = (line) => writeSync(log, `${line}\n`)

process.on('uncaughtExceptionMonitor', (error) => note(`X uncaught: ${error.stack}`))

const random = seeded(`${seed}/${name}`)
const chance = seeded(`${seed}/${name}/waits`)
// Backoffs are chosen by it. Nobody wants to wait for them.
Math.random = () => chance() * plan.patience
const setClock = movableClock()
const disk = new Disk(seeded(`${seed}/${name}/disk`))
if (plan.killAt) dieAt(plan.killAt)

/** Says in each request who makes it. */
class SignedAgent extends Agent {
  addRequest(request, ...rest) {
    request.setHeader('x-soak-client', name)
    super.addRequest(request, ...rest)
  }
}

const { Analytics, directory } = await import('selfsame')
const analytics = new Analytics({
  writeKey: 'soak',
  host: plan.host,
  outbox: directory(plan.directory, plan.outbox),
  httpAgent: new SignedAgent({ keepAlive: true }),
  ...plan.options,
})

function checkBooks(when) {
  const stats = analytics.stats()
  const { enqueued, delivered, failed, pending } = stats
  if (enqueued !== delivered + failed + pending) {
    note(`X the books do not balance ${when}: ${JSON.stringify(stats)}`)
  }
  return stats
}
for (const event of ['http_request', 'http_response']) {
  analytics.on(event, () => checkBooks(`at ${event}`))
}
analytics.on('error', ({ code, message, messages, status }) => {
  checkBooks(`at the error ${code}`)
  if (code === 'outbox_damaged') {
    note(`D ${/messages: (\d+)/.exec(message)?.[1]} ${message}`)
  } else {
    note(`F ${code}${status ?? ''} ${messages.map(({ messageId }) => messageId).join(' ')}`)
  }
  callInListener()
})
if (plan.callsInListeners) {
  for (const event of ['track', 'drain', 'http_request']) analytics.on(event, callInListener)
}

let isCalling = plan.isCalling ?? true
let isClosing = false
let n = 0
/** A listener that always called would never end. */
let listenerCalls = 0
/** How many calls were refused at once. */
let refusals = 0
const dropsOldest = plan.options?.overflow === 'drop-oldest'

function callInListener() {
  if (!plan.callsInListeners || isClosing || n >= plan.calls) return
  if (++listenerCalls % 3 === 0) call()
}

function call() {
  const own = n++
  if (plan.callsInListeners) note(`B ${own}`)
  const { type, call } = callOf(random, name, own, plan.content)
  let calledBack = 0
  const callback = (error) => {
    if (++calledBack > 1) note(`X the callback of ${call.messageId} was called ${calledBack} times`)
    if (!error) note(`K ${call.context.soak.n}`)
    checkBooks('in a callback')
    if (random() < 0.1) callInListener()
  }
  const before = analytics.stats().failed
  const refusalsBefore = refusals
  analytics[type](call, random() < plan.callbacks ? callback : undefined)
  const { failed } = checkBooks('after a call')
  // Those of calls that listeners made meanwhile are counted already. What drop-oldest refuses or drops is told by the
  // 'error' events alone.
  const isRefused = failed - before > refusals - refusalsBefore && !dropsOldest
  if (isRefused) refusals++
  note(`${isRefused ? 'R' : 'A'} ${own}`)
  if (plan.timeBetweenCalls) setClock(plan.timeBetweenCalls)
  if (n % 5000 === 0) {
    // Garbage is not in use. The outage asks for this; elsewhere nobody looks at the memory.
    globalThis.gc?.()
    const { rss, heapUsed, external } = process.memoryUsage()
    note(`M ${n} ${rss} ${heapUsed} ${external}`)
  }
}

async function close() {
  if (isClosing) return
  isClosing = true
  note('C')
  await analytics.close({ timeout: plan.closeTimeout ?? 20_000 })
  note(`S ${JSON.stringify(checkBooks('after close()'))}`)
  fs.closeSync(log)
  process.disconnect()
}

process.on('message', ({ order, by }) => {
  if (order === 'call') isCalling = true
  if (order === 'pause') isCalling = false
  if (order === 'jump') setClock(by)
  if (order === 'fill') disk.isFull = true
  if (order === 'empty') disk.isFull = false
  if (order === 'close') void close()
  if (order === 'exit') {
    isClosing = true
    note('C')
    process.exit(0)
  }
})
// Without its harness a client has nobody to end it.
process.on('disconnect', () => isClosing || process.kill(process.pid, 'SIGKILL'))

process.send('ready')
while (!isClosing && n < plan.calls) {
  if (isCalling) {
    const burst = 1 + Math.floor(random() ** 3 * plan.burst)
    for (let i = 0; i < burst && n < plan.calls; i++) call()
    if (plan.pause === 0) await nextTurn()
  }
  if (!isCalling || plan.pause > 0) await wait(random() * (plan.pause || 10))
}
if (n >= plan.calls) process.connected && process.send('done')
if (plan.end === 'close') await close()

// The end of the process: who has something pending is asked to deliver it.

import { onExit, signals as hookedSignals } from 'signal-exit'

/** Somebody with something pending. Neither method may throw. */
export interface Leaver {
  /** The process has run out of work: there is still time to deliver. */
  flush(): Promise<void>
  /**
   * The process ends now: what is not delivered synchronously is lost. It may survive a signal all the same.
   *
   * @param timeLeft milliseconds
   */
  leave(timeLeft: number): void
}

/** The signals that are meant to end a process. signal-exit hooks more, some of which Node ignores by itself. */
const endingSignals: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGTERM']

// Module state on purpose: there is one process, and a listener per client would make Node warn of a leak.
const pending = new Set<Leaver>()
let unhook: (() => void) | undefined

/** How long all clients together may hold up the end of the process, in milliseconds. */
const longestHold = 3_000

/** When that time is over, on the monotonic clock, once the process is in its last turn. */
let exitDeadline: number | undefined

/** To be called when something begins to be pending. */
export function startPending(leaver: Leaver): void {
  pending.add(leaver)
  unhook ??= hook()
  // A call in an exit listener of the app's, after ours.
  if (exitDeadline !== undefined) leaver.leave(timeTo(exitDeadline))
}

/** To be called when nothing is pending any more. The hooks stay: more is probably to come. */
export function endPending(leaver: Leaver): void {
  pending.delete(leaver)
}

/** To be called when a client is closed: where no other has anything pending, the process is left as it was found. */
export function releaseProcess(): void {
  if (pending.size > 0) return
  unhook?.()
  unhook = undefined
}

function hook(): () => void {
  const leave = (deadline: number): void => {
    for (const leaver of [...pending]) leaver.leave(timeTo(deadline))
  }
  const beforeExit = (): void => {
    for (const leaver of pending) void leaver.flush()
  }
  const exit = (): void => {
    exitDeadline ??= performance.now() + longestHold
    leave(exitDeadline)
  }
  process.on('beforeExit', beforeExit)
  // Before the listeners of the app's: where one of them throws, those behind it are not called.
  process.prependListener('exit', exit)
  // signal-exit hears of the signals for which nobody else has a handler; after us it lets the process die of them.
  // Where it does not (the kernel keeps PID 1 of a container from dying so), all goes on, and 'exit' comes later.
  const removeSignals = hookSignals(() =>
    onExit(() => {
      leave(performance.now() + longestHold)
    }),
  )
  return () => {
    process.off('beforeExit', beforeExit)
    process.off('exit', exit)
    removeSignals()
  }
}

function timeTo(deadline: number): number {
  return Math.max(0, Math.floor(deadline - performance.now()))
}

/**
 * Lets signal-exit hook the ending signals, and nothing else. It also replaces `process.emit` and `process.reallyExit`,
 * by which the exit code of an unsettled top-level await would become 0, and takes back what others have put there
 * since it was loaded.
 */
function hookSignals(add: () => () => void): () => void {
  const remove = keepingMethods(() => withSignalsInOrder(add))
  return () => {
    keepingMethods(remove)
  }
}

function keepingMethods<R>(change: () => R): R {
  const host = process as unknown as Record<'emit' | 'reallyExit', unknown>
  const { emit, reallyExit } = host
  try {
    return change()
  } finally {
    Object.assign(host, { emit, reallyExit })
  }
}

/**
 * Lets signal-exit add its listeners, and puts them before those that are there already: it looks whether there are
 * others when its own is called, and a handler registered with `once` is gone by then if it was called first.
 */
function withSignalsInOrder(add: () => () => void): () => void {
  const before = new Map(endingSignals.map((signal) => [signal, process.rawListeners(signal)]))
  const remove = withEndingSignalsOnly(add)
  for (const signal of endingSignals) {
    for (const listener of process.rawListeners(signal)) {
      if (before.get(signal)?.includes(listener)) continue
      process.off(signal, listener as NodeJS.SignalsListener)
      process.prependListener(signal, listener as NodeJS.SignalsListener)
    }
  }
  return remove
}

/**
 * To hook a signal and let go of it is not nothing: SIGXFSZ, which Node ignores so that a file that grows too large is
 * an error, would end the process from then on.
 */
function withEndingSignalsOnly<R>(add: () => R): R {
  const all = hookedSignals.splice(0)
  hookedSignals.push(...endingSignals)
  try {
    return add()
  } finally {
    hookedSignals.splice(0, Infinity, ...all)
  }
}

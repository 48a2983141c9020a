// Hooks into the end of the process: every client that has something pending is asked to deliver it.

import { toError } from '../runtime/describe-value.js'
import { writeStderr } from './write-stderr.js'

/** Something pending that has to be dealt with before the process ends. Neither method may throw. */
export interface ExitHook {
  /** The process has run out of work: there is still time to deliver. */
  flush(): Promise<void>
  /**
   * The process ends now: what is not delivered synchronously is lost. It may survive a signal all the same.
   *
   * @param timeLeft milliseconds
   */
  flushSync(timeLeft: number): void
}

/** Only signals that are meant to end a process: to hook one and let go of it again can change what it does. */
const endingSignals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const
type EndingSignal = (typeof endingSignals)[number]

/** How long all clients together may hold up the end of the process, in milliseconds. */
const maxHold = 3_000

// Module state on purpose: there is one process, and a listener per client would make Node warn of a leak.
const pending = new Set<ExitHook>()
/** Those that are delivering synchronously right now, and see by themselves what is added meanwhile. */
const flushing = new Set<ExitHook>()
let unhook: (() => void) | undefined
/** When the process must have ended, on the monotonic clock; undefined unless it is ending. */
let deadline: number | undefined

// Shared by all copies of this package in the process, its ESM and CommonJS builds for example.
const sharedKey = Symbol.for('selfsame.exit')
/** Marks the signal listeners of all copies. */
const ownListener = Symbol.for('selfsame.signalListener')

/** To be called when something begins to be pending. */
export function addExitHook(exitHook: ExitHook): void {
  pending.add(exitHook)
  if (!unhook) {
    unhook = hook()
    // In an `exit` listener of the application: Node does not call one that is added now.
    if (isExiting()) deadline ??= sharedDeadline()
  }
  if (deadline !== undefined && !flushing.has(exitHook)) flushSync(exitHook, deadline)
}

/** To be called when nothing is pending any more. The hooks stay: more is probably to come. */
export function removeExitHook(exitHook: ExitHook): void {
  pending.delete(exitHook)
}

/** To be called when a client is closed: unless another has something pending, the process is left as it was found. */
export function releaseHooks(): void {
  if (pending.size > 0) return
  unhook?.()
  unhook = undefined
}

function hook(): () => void {
  const beforeExit = (): void => {
    for (const exitHook of pending) void exitHook.flush()
  }
  const exit = (): void => {
    deadline ??= sharedDeadline()
    flushAll(deadline)
  }
  const signals = endingSignals.map((signal) => [signal, signalListener(signal)] as const)
  process.on('beforeExit', beforeExit)
  // Before the listeners of the application: if one of them throws, those after it are not called.
  process.prependListener('exit', exit)
  // Before them too: one that was registered with `once` is gone when it has been called.
  for (const [signal, listener] of signals) process.prependListener(signal, listener)
  return () => {
    process.off('beforeExit', beforeExit)
    process.off('exit', exit)
    for (const [signal, listener] of signals) process.off(signal, listener)
  }
}

/** A listener that delivers what is pending and lets the signal end the process, unless the application handles it. */
function signalListener(signal: EndingSignal): () => void {
  const listener = (): void => {
    if (isHandled(signal)) return
    const before = deadline
    deadline ??= sharedDeadline()
    flushAll(deadline)
    process.off(signal, listener)
    // Windows cannot send SIGHUP.
    process.kill(
      process.pid,
      process.platform === 'win32' && signal === 'SIGHUP' ? 'SIGINT' : signal,
    )
    // Still here, as PID 1 of a container is, or because another copy of this package has to deliver first.
    deadline = before
    const hooked = unhook
    const stillHere = setImmediate(() => {
      if (!isExiting()) sharedState().deadline = undefined
      if (hooked && unhook === hooked) process.prependListener(signal, listener)
    })
    // If tests replace the timers, it may be a number.
    ;(stillHere as Partial<NodeJS.Immediate>).unref?.()
  }
  return Object.assign(listener, { [ownListener]: true })
}

/** Whether the application has a handler. Those of the package signal-exit wait for the last other one to go. */
function isHandled(signal: EndingSignal): boolean {
  const others = process.listeners(signal).filter((listener) => !(ownListener in listener))
  return others.length > signalExitCopies()
}

/** How many copies of signal-exit, version 3 or 4, listen: each has one listener for each signal. */
function signalExitCopies(): number {
  const version3 = (process as { __signal_exit_emitter__?: { count?: unknown } })
    .__signal_exit_emitter__
  const version4 = (globalThis as Record<symbol, { count?: unknown } | undefined>)[
    Symbol.for('signal-exit emitter')
  ]
  return [version3?.count, version4?.count]
    .filter((count) => typeof count === 'number')
    .reduce((sum, count) => sum + count, 0)
}

function flushAll(end: number): void {
  for (const exitHook of [...pending]) flushSync(exitHook, end)
}

function flushSync(exitHook: ExitHook, end: number): void {
  flushing.add(exitHook)
  try {
    exitHook.flushSync(Math.max(0, Math.floor(end - performance.now())))
  } catch (error) {
    // Of an outbox of the application's for example. Thrown, it would change how the process ends. Its message may
    // hold data.
    writeStderr(`pending messages could not be delivered: ${toError(error).name}`)
  } finally {
    flushing.delete(exitHook)
  }
}

/** Whether Node is calling the `exit` listeners. Nothing public says so before ours is called. */
function isExiting(): boolean {
  return (process as { _exiting?: unknown })._exiting === true
}

function sharedDeadline(): number {
  return (sharedState().deadline ??= performance.now() + maxHold)
}

function sharedState(): { deadline?: number | undefined } {
  const host = globalThis as Record<symbol, { deadline?: number | undefined } | undefined>
  return (host[sharedKey] ??= {})
}

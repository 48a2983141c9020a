// Hooks into the end of the process: every client with pending messages is asked to deliver them.

import { toError } from '../runtime/describe-value.js'
import { writeStderr } from './write-stderr.js'

/** Something that must be done before the process ends. Neither method may throw. */
export interface ExitHook {
  /** The process has run out of work: there is still time to deliver. */
  flush(): Promise<void>
  /**
   * The process ends now: what is not delivered synchronously is lost. (After a signal, it may still survive.)
   *
   * @param timeLeft milliseconds
   */
  flushSync(timeLeft: number): void
}

/** Only signals that normally end a process: hooking another one and releasing it can change its effect. */
const endingSignals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const
type EndingSignal = (typeof endingSignals)[number]

/** How long all clients together may hold up the end of the process, in milliseconds. */
const maxHold = 3_000

// Module state on purpose: there is one process, and a listener per client would make Node warn of a leak.
const pending = new Set<ExitHook>()
/** The hooks that are delivering synchronously right now. They notice by themselves what is added meanwhile. */
const flushing = new Set<ExitHook>()
let unhook: (() => void) | undefined
/** When the process must have ended, on the monotonic clock; undefined unless it is ending. */
let deadline: number | undefined

// Shared by all copies of this package in the process, such as its ESM and CommonJS builds.
const sharedKey = Symbol.for('selfsame.exit')
/** Marks the signal listeners of all copies. */
const ownListener = Symbol.for('selfsame.signalListener')

/** Call this when something becomes pending. */
export function addExitHook(exitHook: ExitHook): void {
  pending.add(exitHook)
  if (!unhook) {
    unhook = hook()
    // Inside an `exit` listener of the application: Node no longer calls listeners that are added now.
    if (isExiting()) deadline ??= sharedDeadline()
  }
  if (deadline !== undefined && !flushing.has(exitHook)) flushSync(exitHook, deadline)
}

/** Call this when nothing is pending any more. The hooks stay, because more will probably come. */
export function removeExitHook(exitHook: ExitHook): void {
  pending.delete(exitHook)
}

/** Call this when a client is closed: unless another has something pending, all hooks are removed. */
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
  // Before the application's listeners: if one of them throws, those after it are not called.
  process.prependListener('exit', exit)
  // Also before them: a listener registered with `once` has removed itself once it was called.
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
    // Still running: this is PID 1 of a container, or another copy of this package has to deliver first.
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

/** Whether the application has a handler. Handlers of the package signal-exit wait until no other is left. */
function isHandled(signal: EndingSignal): boolean {
  const others = process.listeners(signal).filter((listener) => !(ownListener in listener))
  return others.length > signalExitCopies()
}

/** How many copies of signal-exit, version 3 or 4, are listening. Each has one listener per signal. */
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
    // For example from a custom outbox. If it were thrown, it would change how the process ends. Its message may
    // hold data.
    writeStderr(`pending messages could not be delivered: ${toError(error).name}`)
  } finally {
    flushing.delete(exitHook)
  }
}

/** Whether Node is calling the `exit` listeners. There is no public way to know before ours is called. */
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

// Runs one attempt until its timeout, or until it is aborted.

import { toError } from '../../runtime/describe-value.js'
import { idleTimer } from '../../runtime/timer.js'

/** The rejection of an attempt that took too long. */
export class AttemptTimeout extends Error {
  readonly code = 'ETIMEDOUT'
  readonly #isTimeout = true

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`)
  }

  /** Not by instanceof, which would call into a Proxy if one was thrown. */
  static is(value: unknown): boolean {
    return typeof value === 'object' && value !== null && #isTimeout in value
  }
}

/**
 * Runs work with a signal that is aborted together with the given one, or after `timeout` milliseconds. If the work
 * rejects after that, the rejection is the signal's reason.
 */
export async function withTimeout<T>(
  timeout: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const bounds = new AbortController()
  const abort = (): void => {
    bounds.abort(signal.reason)
  }
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  const timer = idleTimer(() => {
    bounds.abort(new AttemptTimeout(timeout))
  }, timeout)
  try {
    return await work(bounds.signal)
  } catch (error) {
    throw bounds.signal.aborted ? toError(bounds.signal.reason) : error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

/** Rejects with the signal's reason as soon as it is aborted, even if the work ignores it. */
export async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // If the promise loses the race, it must not end as an unhandled rejection.
  promise.catch(() => undefined)
  return await new Promise<T>((resolve, reject) => {
    const abort = (): void => {
      reject(toError(signal.reason))
    }
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort)
    })
  })
}

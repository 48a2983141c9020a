// A run with somebody at the terminal: it is shown, and can be interrupted.

import type { Progress } from '../backfill/progress.js'
import { Display } from './display.js'
import { Interruption } from './interruption.js'

export interface Attended<Result> {
  readonly result: Result
  /** The exit code of a run that was interrupted; undefined if it was not. */
  readonly interrupted: number | undefined
}

export async function attend<Result>(
  run: (watch: {
    signal: AbortSignal
    onProgress: (progress: Progress) => void
  }) => Promise<Result>,
): Promise<Attended<Result>> {
  const display = new Display()
  const interruption = new Interruption((text) => display.say(text))
  const onProgress = (progress: Progress): void => display.update(progress)
  try {
    const result = await run({ signal: interruption.signal, onProgress })
    return { result, interrupted: interruption.code }
  } finally {
    display.clear()
    interruption.release()
  }
}

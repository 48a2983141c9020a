// Runs something while showing its progress, and allows interrupting it.

import type { Progress } from '../../backfill/progress.js'
import { Display } from './display.js'
import { Interruption } from './interruption.js'

export interface Attended<Result> {
  readonly result: Result
  /** The last progress. */
  readonly progress: Progress | undefined
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
  let progress: Progress | undefined
  const onProgress = (now: Progress): void => {
    progress = now
    display.update(now)
  }
  try {
    const result = await run({ signal: interruption.signal, onProgress })
    const wait = progress?.waitingFor
    if (interruption.code !== undefined && wait !== undefined && !/^the (pace|source)/.test(wait))
      display.say(`it was waiting for ${wait}`)
    return { result, progress, interrupted: interruption.code }
  } finally {
    display.clear()
    interruption.release()
  }
}

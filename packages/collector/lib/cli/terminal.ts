// Where the command writes, and what its exit codes say.

export interface Terminal {
  /** The result: what a script reads. */
  print(text: string): void
  /** For the person who watches. */
  tell(text: string): void
}

export const processTerminal: Terminal = {
  print: (text) => void process.stdout.write(`${text}\n`),
  tell: (text) => void process.stderr.write(`${text}\n`),
}

export const exitCodes = {
  done: 0,
  /** It could not be done. */
  failed: 1,
  /** The command line, or what it names, is wrong: nothing was begun. */
  usage: 2,
} as const

/** The command line, or what it names, is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Resolves when the command is to end. A second signal has its own meaning again. */
export function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve)
    // `… | head`: nobody reads any more.
    process.stdout.once('error', resolve)
  })
}

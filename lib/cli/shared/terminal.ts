// Where the command writes: results to standard output, everything else to standard error.

export interface Terminal {
  /** The result, for scripts. */
  print(text: string): void
  /** Messages, for people. */
  tell(text: string): void
}

export const processTerminal: Terminal = {
  print: (text) => void process.stdout.write(`${text}\n`),
  tell: (text) => void process.stderr.write(`${text}\n`),
}

// Where the command writes: results to standard output, everything else to standard error.

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

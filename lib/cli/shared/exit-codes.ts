// The exit codes of the command; docs/command.md has the table.

export const exitCodes = {
  /** Everything was done. */
  done: 0,
  /** It failed, or was stopped. */
  failed: 1,
  /** The command line, or what it names, is wrong: nothing was begun. */
  usage: 2,
  /** Everything was read, but not everything was delivered: the rest is in the rejects. */
  rejects: 3,
  /** 128 plus the number of the signal, as in shells. */
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
} as const

/** The command line, or what it names, is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

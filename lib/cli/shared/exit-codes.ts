// What the command's exit code says; docs/command.md has the table.

export const exitCodes = {
  /** All was done. */
  done: 0,
  /** It could not be done, or was stopped. */
  failed: 1,
  /** The command line, or what it names, is wrong: nothing was begun. */
  usage: 2,
  /** All was read, but not everything was delivered: the rest is in the rejects. */
  rejects: 3,
  /** 128 and the number of the signal, as shells have it. */
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
} as const

/** The command line, or what it names, is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

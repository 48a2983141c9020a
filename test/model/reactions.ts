// What users' code does when it is run: it calls back into the client, throws, or takes its time.

/** What of a client it needs for that. */
export interface Reactor {
  /** A valid call whose message has a field of so many characters. */
  track(size: number): void
  /** A call that fails or throws. */
  miscall(): void
  flush(timeout?: number): Promise<unknown>
  close(timeout?: number): Promise<unknown>
  /** Registers one more listener. */
  listen(): void
}

/** What can be done anywhere. */
export const plainReactions = [
  'nothing',
  'track',
  'track many',
  'miscall',
  'flush',
  'close',
  'listen',
] as const

/** What a listener or a callback can do besides. */
export const reactions = [
  ...plainReactions,
  'throw',
  'reject',
  'never end',
  'await flush',
  'await close',
] as const

export type Reaction = (typeof reactions)[number]

const sizes = [0, 700, 40, 7_000]

/** @returns what the code returns; a promise where it is asynchronous */
export function react(reactor: Reactor, reaction: Reaction): unknown {
  switch (reaction) {
    case 'nothing':
      return undefined
    case 'track':
      reactor.track(30)
      return undefined
    case 'track many':
      for (const size of sizes) reactor.track(size)
      return undefined
    case 'miscall':
      reactor.miscall()
      return undefined
    case 'flush':
      void reactor.flush()
      return undefined
    case 'close':
      void reactor.close(50)
      return undefined
    case 'listen':
      reactor.listen()
      return undefined
    case 'throw':
      throw new Error('users’ code throws')
    case 'reject':
      return Promise.reject(new Error('users’ code rejects'))
    case 'never end':
      return new Promise(() => undefined)
    case 'await flush':
      return reactor.flush(5_000)
    case 'await close':
      return reactor.close(5_000)
  }
}

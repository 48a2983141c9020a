// The clients that are tried: every limit small and large.

import fc from 'fast-check'

export interface Config {
  readonly outbox: 'memory' | 'disk'
  readonly overflow: 'drop-newest' | 'drop-oldest'
  readonly maxInFlight: number
  readonly flushAt: number
  readonly flushInterval: number
  readonly maxBatchSize: number
  readonly maxBatchBytes: number
  readonly maxMessageBytes: number
  readonly maxQueueBytes: number
  readonly maxRetries: number
  readonly maxRetryDuration: number
  readonly httpRequestTimeout: number
  readonly onInvalid: 'throw' | 'report'
  /** Whether listeners hear how each message ends; callbacks do in any case. */
  readonly isHeard: boolean
  readonly hasDeadLetter: boolean
  /** Of messages on disk, in milliseconds. */
  readonly maxAge: number
  readonly fsync: 'batch' | false
  readonly seed: number
}

const day = 86_400_000

const choices = {
  overflow: ['drop-newest', 'drop-oldest', 'drop-oldest'],
  maxInFlight: [1, 1, 2, 5],
  flushAt: [1, 3, 20, 100],
  flushInterval: [10, 10_000],
  maxBatchSize: [1, 2, 5, 2_500, 2_500, 2_500],
  maxBatchBytes: [2_048, 8_192, 491_520, 491_520, 491_520],
  maxMessageBytes: [1_500, 32_768, 32_768],
  maxQueueBytes: [3_000, 20_000, 100_000, 64 * 1024 * 1024],
  maxRetries: [0, 0, 1, 3],
  maxRetryDuration: [0, 5_000, 600_000, day / 2],
  httpRequestTimeout: [100, 10_000],
  onInvalid: ['throw', 'report'],
  hasDeadLetter: [false, false, true],
  maxAge: [50, 60_000, 30 * day, 30 * day, 30 * day, 30 * day],
  fsync: ['batch', false, false, false],
} as const

export function configs(outbox: Config['outbox']): fc.Arbitrary<Config> {
  const pick = Object.fromEntries(
    Object.entries(choices).map(([name, values]) => [
      name,
      fc.constantFrom(...(values as readonly unknown[])),
    ]),
  ) as unknown as { [N in keyof typeof choices]: fc.Arbitrary<Config[N]> }
  return fc.record({
    ...pick,
    outbox: fc.constant(outbox),
    // What the next client delivers of a durable outbox can only be heard of by listeners.
    isHeard: outbox === 'disk' ? fc.constant(true) : fc.constantFrom(true, true, true, false),
    seed: fc.nat(),
  })
}

/** What must have been tried: `name: value`. */
export const settingNames: readonly string[] = Object.entries(choices).flatMap(([name, values]) =>
  [...new Set<unknown>(values)].map((value) => settingName(name, value)),
)

export function settingName(name: string, value: unknown): string {
  return `option ${name}: ${String(value)}`
}

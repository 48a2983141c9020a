// What the endpoint does to requests, as chance has it.

import type { Answer, Collector } from '@selfsame/collector'
import type { Ledger } from './ledger.js'
import type { Random } from './random.js'
import type { Totals } from './totals.js'

/** How long a client waits for an answer in a soak, in milliseconds. */
export const patience = 1_000

const kinds: readonly (readonly [kind: string, weight: number, answer: Answer])[] = [
  ['500', 3, { status: 500 }],
  ['502', 2, { status: 502 }],
  ['503', 2, { status: 503 }],
  ['503 with Retry-After', 0.3, { status: 503, retryAfter: 1 }],
  ['429', 2, { status: 429 }],
  ['429 with Retry-After', 0.3, { status: 429, retryAfter: 1 }],
  ['408', 1, { status: 408 }],
  ['reset before the body', 2, { reset: 'before' }],
  ['reset in the body', 2, { reset: 'mid-body' }],
  ['answer lost', 3, { reset: 'after' }],
  ['silence', 0.3, { silence: true }],
  ['answer too late', 0.3, { delay: patience + 300 }],
  ['slow answer', 3, { delay: 80 }],
]
const weightOfAll = kinds.reduce((sum, [, weight]) => sum + weight, 0)

interface Soaked {
  messageId: string
  context: { soak: { isPoison: boolean } }
}

export class Weather {
  readonly #random: Random
  readonly #totals: Totals
  readonly #ledger: Ledger
  /** The last requests and their answers, for who looks for a mistake. */
  readonly trace: string[] = []
  /** The share of requests that something happens to. */
  severity: number

  constructor(
    random: Random,
    severity: number,
    { totals, ledger }: { totals: Totals; ledger: Ledger },
  ) {
    this.#random = random
    this.severity = severity
    this.#totals = totals
    this.#ledger = ledger
  }

  /** From now on the collector does as the weather does. */
  over(collector: Collector): void {
    collector.misbehave(({ headers, messages = [] }) => {
      const by = headers['x-soak-client'] as string | undefined
      const soaked = messages as readonly Soaked[]
      this.#ledger.sent(
        by,
        soaked.map(({ messageId }) => messageId),
      )
      const answer = this.#answerTo(soaked, by)
      const ids = [soaked[0], soaked.at(-1)].map((message) => message?.messageId).join(' to ')
      this.trace.push(`${by ?? 'a last delivery'}: ${ids}: ${JSON.stringify(answer)}`)
      if (this.trace.length > 2_000) this.trace.splice(0, 1_000)
      return answer
    })
  }

  #answerTo(messages: readonly Soaked[], by: string | undefined): Answer {
    const answer = this.#random.chance(this.severity) ? this.#answer() : {}
    // What the server does not like it says to all that are in one request with that; unless it says nothing at all.
    const isPoison = messages.some(({ context }) => context.soak.isPoison)
    const isStored = answer.status === undefined && answer.retryAfter === undefined
    const isRead = isStored && answer.silence !== true && (answer.reset ?? 'after') === 'after'
    if (!isPoison || !isRead) return answer
    this.#totals.fault('400')
    if (messages.length === 1 && messages[0]) this.#ledger.rejected(by, messages[0].messageId)
    return { ...answer, status: 400, store: false }
  }

  #answer(): Answer {
    let left = this.#random.next() * weightOfAll
    for (const [kind, weight, answer] of kinds) {
      left -= weight
      if (left > 0) continue
      this.#totals.fault(kind)
      return answer
    }
    return {}
  }
}

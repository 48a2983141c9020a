// What is wrong with messages, by kind: the same field of the same event, wrong in the same way.

import type { Violated } from '../../../plan/plan-checker.js'
import type { MessageViolations, Violation } from '../../../spec/violation.js'

/** Names may be data: past so many kinds the rest is one. */
const mostKinds = 1_000

export interface Finding {
  readonly type: MessageViolations['type']
  readonly name: string | null
  readonly violation: Violation['type']
  readonly field: string
  /** Of the first one, in words that quote no value. */
  readonly words: string
  /** What the schema says of the first one, if values are shown: it may quote one. */
  readonly description?: string
  /** Where the first one stands. */
  readonly first: string
  /** Messages that have it. */
  count: number
}

export class Findings {
  readonly #showsValues: boolean
  readonly #kinds = new Map<string, Finding>()
  messages = 0
  violating = 0
  /** Violations of kinds that are not listed, because there were too many. */
  unlisted = 0
  broken = 0
  firstBroken: string | undefined

  /** @param showsValues whether the words of the schemas are kept */
  constructor(showsValues: boolean) {
    this.#showsValues = showsValues
  }

  /** @param at where the message stands */
  add(at: string, violated: Violated | undefined): void {
    this.messages += 1
    if (violated === undefined) return
    this.violating += 1
    const { found } = violated
    const seen = new Set<string>()
    for (const [index, violation] of found.violations.entries()) {
      // The items of a list have one kind.
      const field = violation.field.replace(/\.\d+(?=\.|$)/g, '.*')
      const key = JSON.stringify([found.type, found.name, violation.type, field])
      if (seen.has(key)) continue
      seen.add(key)
      const known = this.#kinds.get(key)
      if (known) known.count += 1
      else if (this.#kinds.size >= mostKinds) this.unlisted += 1
      else {
        this.#kinds.set(key, {
          type: found.type,
          name: found.name ?? null,
          violation: violation.type,
          field,
          words: violated.words[index] ?? violation.type,
          ...(this.#showsValues ? { description: violation.description } : {}),
          first: at,
          count: 1,
        })
      }
    }
  }

  addBroken(at: string, why: string): void {
    this.broken += 1
    this.firstBroken ??= `${at}: ${why}`
  }

  /** The most frequent first. */
  get sorted(): Finding[] {
    return [...this.#kinds.values()].sort((a, b) => b.count - a.count)
  }
}

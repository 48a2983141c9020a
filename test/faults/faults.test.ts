// What a server and a network can do to us: nothing is lost, order is kept, nothing is stored twice.

import { expect } from 'chai'
import type { Answer } from '@selfsame/collector'
import { expectAllBut, scenario } from '../support/scenario.js'

const answers = (count: number, answer: Answer): Answer[] =>
  Array.from({ length: count }, () => answer)

describe('nothing is lost, and order is kept, with', () => {
  it('500 three times', () =>
    scenario(
      (collector) => collector.misbehave(...answers(3, { status: 500 })),
      ({ collector, analytics }) => {
        expectAllBut(collector)
        expect(analytics.stats().retries).to.equal(3)
      },
    ))

  it('429 with Retry-After 2, twice: no request in those 2 s', () =>
    scenario(
      (collector) => collector.misbehave(...answers(2, { status: 429, retryAfter: 2 })),
      ({ collector }) => {
        expectAllBut(collector)
        const [first, second, third] = collector.requests
        expect(second!.at - first!.at).to.be.at.least(2_000)
        expect(third!.at - second!.at).to.be.at.least(2_000)
      },
    ))

  it('429 with an HTTP-date: no request before it', () => {
    // The form has whole seconds only.
    const date = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 2_000)
    return scenario(
      (collector) => collector.misbehave({ status: 429, retryAfter: date }),
      ({ collector }) => {
        expectAllBut(collector)
        expect(collector.requests[0]!.at).to.be.below(date.getTime())
        expect(collector.requests[1]!.at).to.be.at.least(date.getTime())
      },
    )
  })

  it('429 to everything for 3 s', () =>
    scenario(
      (collector) => {
        const end = Date.now() + 3_000
        collector.misbehave(() => (Date.now() < end ? { status: 429 } : undefined))
      },
      ({ collector }) => expectAllBut(collector),
    ))

  it('a reset in the middle of the body, three times', () =>
    scenario(
      (collector) => collector.misbehave(...answers(3, { reset: 'mid-body' })),
      ({ collector }) => expectAllBut(collector),
    ))

  it('the answer lost after the body was read: the repetition is recognised by its messageIds', () =>
    scenario(
      (collector) => collector.misbehave(...answers(2, { reset: 'after' })),
      ({ collector }) => {
        expectAllBut(collector)
        expect(collector.duplicates).to.be.above(0)
      },
    ))

  it('the port closed for 5 s', () =>
    scenario(
      async (collector) => {
        await collector.down()
        setTimeout(() => void collector.up(), 5_000)
      },
      ({ collector }) => expectAllBut(collector),
    ))

  it('413 for more than 20 messages', () =>
    scenario(
      (collector) =>
        collector.misbehave(({ count }) => ((count ?? 0) > 20 ? { status: 413 } : undefined)),
      ({ collector }) => expectAllBut(collector),
    ))

  it('20 % random 500s', () =>
    scenario(
      (collector) => {
        // A small batch at a time, so that chance has many requests to choose from.
        const random = seeded(20261121)
        collector.misbehave(({ count }) =>
          (count ?? 0) > 25 ? { status: 413 } : random() < 0.2 ? { status: 500 } : undefined,
        )
      },
      ({ collector, analytics }) => {
        expectAllBut(collector)
        expect(analytics.stats().retries).to.be.above(5)
      },
    ))
}).timeout(60_000)

describe('with 400 for any batch that holds one marked message', () => {
  it('exactly the marked message is lost, and its failure names it', () =>
    scenario(
      (collector) =>
        collector.misbehave(({ messages }) =>
          messages?.some((message) => (message as { messageId: string }).messageId === 'm1234')
            ? { status: 400 }
            : undefined,
        ),
      ({ collector, errors, analytics }) => {
        expectAllBut(collector, 1234)
        expect(analytics.stats().failedByCode).to.deep.equal({ rejected: 1 })
        expect(errors).to.have.lengthOf(1)
        expect(errors[0]).to.include({ code: 'rejected', status: 400 })
        expect(errors[0]!.messages[0]).to.include({ messageId: 'm1234', event: 'event 1234' })
      },
    ))
})

describe('with 401 to everything', () => {
  it('all are reported, each with its message, and nothing is retried', () =>
    scenario(
      (collector) => collector.misbehave(() => ({ status: 401 })),
      ({ collector, errors, analytics }) => {
        expect(collector.messages).to.have.lengthOf(0)
        expect(analytics.stats()).to.include({ failed: 2_000, retries: 0 })
        const ids = errors.flatMap(({ messages }) => messages.map(({ messageId }) => messageId))
        expect(ids).to.deep.equal([...Array(2_000).keys()].map((i) => `m${i}`))
        for (const error of errors) expect(error).to.include({ code: 'rejected', status: 401 })
      },
    ))
})

/** Mulberry32: chance that can be repeated. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

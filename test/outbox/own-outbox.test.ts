// An outbox of the caller's own.

import { expect } from 'chai'
import { memory, type AnalyticsError } from '../../lib/index.js'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { checkBooks, withCollector } from '../support/clients.js'
import { warningsOf } from '../support/warnings.js'

describe('an outbox of one’s own', () => {
  it('that throws fails the message, and not the call', () =>
    withCollector(async ({ collector, client }) => {
      let calls = 0
      const analytics = client({
        outbox: (settings) => {
          const outbox = memory()(settings)
          const { append } = outbox
          outbox.append = (...args) => {
            if (++calls === 2) throw new Error('no connection')
            return append.apply(outbox, args)
          }
          return outbox
        },
      })
      const errors: AnalyticsError[] = []
      analytics.on('error', (error) => errors.push(error))
      for (const event of ['A', 'B', 'C']) analytics.track({ userId: 'u', event })
      expect(await analytics.close()).to.deep.equal({ delivered: 2, failed: 1, pending: 0 })
      checkBooks(analytics)
      expect(errors.map(({ code, message }) => [code, message])).to.deep.equal([
        ['queue_full', 'the outbox threw: no connection'],
      ])
      expect(collector.messages.map(({ event }) => event)).to.deep.equal(['A', 'C'])
    }))
})

describe('a custom outbox that fails where it must not', () => {
  it('in open() is warned of, and delivers all the same', () =>
    withCollector(async ({ collector, client }) => {
      const warnings = await warningsOf(async () => {
        const analytics = client({
          outbox: (settings) =>
            Object.assign(memory()(settings), {
              open: () => Promise.reject(new Error('no store')),
            }),
        })
        analytics.track({ userId: 'u', event: 'A' })
        expect(await analytics.close()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
      })
      expect(warnings.map(({ message }) => message)).to.deep.equal([
        'the outbox could not be opened: no store',
      ])
      expect(collector.accepted).to.equal(1)
    }))

  it('in take() does not keep the host busy, and is asked again', () =>
    withCollector(async ({ collector, client }) => {
      let takes = 0
      const warnings = await warningsOf(async () => {
        const analytics = client({
          outbox: (settings) => {
            const outbox = memory()(settings)
            const { take } = outbox
            outbox.take = () => {
              if (++takes === 1) throw new Error('no store')
              return take.call(outbox)
            }
            return outbox
          },
        })
        analytics.track({ userId: 'u', event: 'A' })
        const flushed = analytics.flush()
        while (takes === 0) await nextTurn()
        for (let turns = 0; turns < 20; turns++) await nextTurn()
        expect(takes).to.equal(1)
        expect(await flushed).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
      })
      expect(warnings.map(({ name, code, message }) => [name, code, message])).to.deep.equal([
        ['SelfsameWarning', 'SELFSAME_OUTBOX', 'the outbox threw, and is tried again: no store'],
      ])
      expect(collector.accepted).to.equal(1)
    }))
})

describe('a callback that cannot even be looked at', () => {
  it('fails its message, and not the call', () =>
    withCollector(async ({ client }) => {
      const analytics = client({ onInvalid: 'report' })
      const { proxy, revoke } = Proxy.revocable(() => undefined, {})
      revoke()
      analytics.on('error', () => undefined)
      analytics.track({ userId: 'u', event: 'E' }, proxy)
      expect(await analytics.close()).to.deep.equal({ delivered: 0, failed: 1, pending: 0 })
    }))
})

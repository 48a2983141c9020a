// A batch whose memory is not what was written to it: it is never sent, and is reported.

import { expect } from 'chai'
import { Analytics, memory, type AnalyticsError, type OutboxFactory } from '../../lib/index.js'
import { Batch, CorruptBatch } from '../../lib/outbox/batch.js'
import { checkBooks } from '../support/clients.js'

const batchOf = (...texts: string[]): Batch => {
  const batch = new Batch(0)
  for (const text of texts) batch.add(batch.write(text, 480 * 1024), undefined)
  return batch
}

describe('the body of a batch', () => {
  const texts = ['{"i":0}', '{"i":1,"text":"ä"}', '{"i":2}']

  it('is refused if the start, the end or the comma of any message is missing', () => {
    expect(batchOf(...texts).isIntact).to.equal(true)
    const bytes = batchOf(...texts).body()
    const places = [...bytes.keys()].filter(
      (at) =>
        at >= 10 && at < bytes.lastIndexOf(']') && '{},'.includes(String.fromCharCode(bytes[at]!)),
    )
    const caught = places.filter((at) => {
      const batch = batchOf(...texts)
      batch.body()[at] = 0
      return !batch.isIntact
    })
    // The comma within the second message is its own affair.
    expect(caught).to.have.lengthOf(places.length - 1)
    const batch = batchOf(...texts)
    batch.body().fill(0, 12, 20)
    expect(() => batch.body()).to.throw(CorruptBatch)
  })

  it('never has a message of another size than the one that was written last', () => {
    const batch = new Batch(0)
    const size = batch.write('{"first":1}', 480 * 1024)
    batch.write('{"second":22222}', 480 * 1024)
    expect(() => batch.add(size, undefined)).to.throw('not written last')
    expect(batch.count).to.equal(0)
  })
})

describe('a batch that was damaged in memory', () => {
  /** An outbox in memory that overwrites part of the first batch. */
  const damaging = (): OutboxFactory => {
    const make = memory()
    return (settings) => {
      const outbox = make(settings)
      const take = outbox.take.bind(outbox)
      let isFirst = true
      outbox.take = () => {
        const batch = take()
        if (isFirst && batch instanceof Batch) {
          isFirst = false
          batch.body().fill(0, 10, 20)
        }
        return batch
      }
      return outbox
    }
  }

  it('is reported with what can be read of it, and is not sent; the next one is', async () => {
    const bodies: string[] = []
    const analytics = new Analytics({
      writeKey: 'k',
      outbox: damaging(),
      httpClient: (_url, { body }) => {
        bodies.push(body)
        return Promise.resolve({ status: 200 })
      },
    })
    const errors: AnalyticsError[] = []
    const called: [string | undefined, string | undefined][] = []
    analytics.on('error', (error) => errors.push(error))
    for (const event of ['First', 'Second']) {
      analytics.track({ userId: 'u', event }, (error, context) => {
        called.push([error?.code, context.event.event])
      })
    }
    await analytics.flush()
    analytics.track({ userId: 'u', event: 'Third' })
    expect(await analytics.close()).to.deep.equal({ delivered: 1, failed: 2, pending: 0 })
    checkBooks(analytics)
    expect(bodies).to.have.lengthOf(1)
    expect(bodies[0]).to.include('Third')
    expect(errors.map(({ code }) => code)).to.deep.equal(['outbox_damaged'])
    expect(errors[0]!.messages.map(({ event }) => event)).to.deep.equal(['Second'])
    expect(called).to.deep.equal([
      ['outbox_damaged', undefined],
      ['outbox_damaged', 'Second'],
    ])
  })
})

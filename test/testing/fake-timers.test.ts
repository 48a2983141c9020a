// A test's client needs no timer, so a test may fake all of them.

import { expect } from 'chai'
import sinon from 'sinon'
import type { AnalyticsError } from '../../lib/index.js'
import { testAnalytics } from '../../lib/testing/index.js'

const track = { userId: 'u1', event: 'Signed Up' }

describe('testAnalytics() with every timer faked', () => {
  let clock: sinon.SinonFakeTimers

  beforeEach(() => {
    clock = sinon.useFakeTimers({ now: Date.UTC(2030, 0, 1) })
  })
  afterEach(() => clock.restore())

  it('delivers, calls back and ends', async () => {
    const analytics = testAnalytics()
    const events: unknown[] = []
    analytics.track({ ...track, event: 'A' }, (error, { event }) => events.push(event.event))
    analytics.track({ ...track, event: 'B' }, (error, { event }) => events.push(event.event))
    expect(await analytics.flush()).to.deep.equal({ delivered: 2, failed: 0, pending: 0 })
    expect(events).to.deep.equal(['A', 'B'])
    expect(analytics.messages[0]?.timestamp).to.equal('2030-01-01T00:00:00.000Z')
    expect(await analytics.close()).to.deep.equal({ delivered: 2, failed: 0, pending: 0 })
    expect(clock.countTimers()).to.equal(0)
  })

  it('reports failures', async () => {
    const analytics = testAnalytics({ onInvalid: 'report' })
    const errors: AnalyticsError[] = []
    analytics.on('error', (error) => errors.push(error))
    analytics.fail({ status: 503 })
    analytics.track(track)
    analytics.track({} as never)
    await analytics.flush()
    expect(errors.map(({ code }) => code)).to.have.members(['retries_exhausted', 'invalid_message'])
  })

  it('calls back if it is disabled', async () => {
    const analytics = testAnalytics({ disable: true })
    await new Promise((resolve) => void analytics.track(track, resolve))
    await analytics.close()
  })

  it('measures the timeout of waitFor() by the real clock', async () => {
    const analytics = testAnalytics()
    const error = await analytics.waitFor('type:track', { timeout: 5 }).then(
      () => expect.fail('it resolved'),
      (thrown: unknown) => thrown as Error,
    )
    expect(error.message).to.include('waited 5 ms')
    expect(clock.countTimers()).to.equal(0)
  })
})

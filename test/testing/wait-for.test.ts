// Waiting for a message that a test cannot await otherwise.

import { expect } from 'chai'
import { testAnalytics } from '../../lib/testing/index.js'

const track = { userId: 'u1', event: 'Signed Up' }

describe('waitFor()', () => {
  it('resolves with a message that is there', async () => {
    const analytics = testAnalytics()
    analytics.track(track)
    expect(await analytics.waitFor('event:"Signed Up"')).to.include(track)
  })

  it('resolves with the first that comes and is meant', async () => {
    const analytics = testAnalytics()
    setImmediate(() => {
      analytics.page({ userId: 'u1' })
      analytics.track({ ...track, properties: { n: 1 } })
      analytics.track({ ...track, properties: { n: 2 } })
    })
    const [found, other] = await Promise.all([
      analytics.waitFor('type:track', { timeout: Infinity }),
      analytics.waitFor({ type: 'page' }),
    ])
    expect(found.properties).to.deep.equal({ n: 1 })
    expect(other.type).to.equal('page')
  })

  it('does not take a message that fails', async () => {
    const analytics = testAnalytics().fail({ times: 1 })
    setImmediate(() => {
      analytics.track({ ...track, event: 'Fails' })
      analytics.track(track)
    })
    expect((await analytics.waitFor('type:track')).event).to.equal('Signed Up')
  })

  it('rejects with what has arrived instead', async () => {
    const analytics = testAnalytics().fail({ filter: 'type:group' })
    analytics.track({ ...track, properties: { plan: 'premium' } })
    analytics.group({ userId: 'u1', groupId: 'g1' })
    const error = await analytics.waitFor('type:page', { timeout: 5 }).then(
      () => expect.fail('it resolved'),
      (thrown: unknown) => thrown as Error,
    )
    expect(error.message.split('\n')).to.deep.equal([
      'waited 5 ms for type:page',
      '',
      '1 message arrived:',
      `  1. track "Signed Up" userId u1 { plan: 'premium' }`,
      'failed: rejected: the server answered 400',
    ])
  })

  it('rejects with what a function throws, and harms no other', async () => {
    const analytics = testAnalytics()
    const broken = analytics.waitFor(() => {
      throw new Error('broken')
    })
    const other = analytics.waitFor('type:track')
    // Not before it is handled, which it is by then.
    setImmediate(() => analytics.track(track))
    expect(await broken.catch((error: unknown) => (error as Error).message)).to.equal('broken')
    expect((await other).event).to.equal('Signed Up')
  })

  it('refuses a filter or a timeout that cannot be read', async () => {
    const analytics = testAnalytics()
    const messageOf = (waiting: Promise<unknown>): Promise<unknown> =>
      waiting.then(
        () => 'it resolved',
        (error: unknown) => (error as Error).message,
      )
    expect(await messageOf(analytics.waitFor('type:'))).to.include('filter, character 6')
    expect(await messageOf(analytics.waitFor('', { timeout: -1 }))).to.include('timeout')
    expect(await messageOf(analytics.waitFor('', { timeout: NaN }))).to.include('timeout')
  })
})

// The plugin for chai.

import * as chai from 'chai'
import { tracking } from '../../lib/testing/chai.js'
import { testAnalytics } from '../../lib/testing/index.js'

const { expect } = chai.use(tracking)

describe('selfsame/testing/chai', () => {
  const analytics = testAnalytics()
  analytics.identify({ userId: 'u1', anonymousId: 'a1', traits: { plan: 'free' } })
  analytics.track({ userId: 'u1', event: 'Signed Up', properties: { plan: '#{this} free' } })

  it('lets pass what was sent, and with not what was not', () => {
    expect(analytics).to.have.tracked('Signed Up', { plan: /free/ }, { userId: 'u1' })
    expect(analytics).to.have.identified('u1', { plan: 'free' })
    expect(analytics).to.have.linked({ anonymousId: 'a1', userId: 'u1' })
    expect(analytics).to.have.sent('type:track')
    expect(analytics).to.have.sentInOrder('type:identify', 'type:track').and.tracked()
    expect(analytics).not.to.have.tracked('Signed up')
    expect(analytics).not.to.have.identified('u2')
    expect(analytics).not.to.have.linked({ anonymousId: 'a1', userId: 'u2' })
    expect(analytics).not.to.have.sent('type:page')
    expect(analytics).not.to.have.sentInOrder('type:track', 'type:identify')
  })

  it('fails with the nearest message and what arrived', () => {
    expect(() => expect(analytics).to.have.tracked('Signed Up', { plan: 'free' }))
      .to.throw(chai.AssertionError)
      .with.property('message')
      .that.matches(/^expected a track 'Signed Up'[^]*- {3}plan: 'free'[^]*2 messages arrived:/)
  })

  it('fails with not if it was sent', () => {
    for (const fails of [
      () => expect(analytics).not.to.have.tracked('Signed Up'),
      () => expect(analytics).not.to.have.identified('u1'),
      () => expect(analytics).not.to.have.linked({ anonymousId: 'a1', userId: 'u1' }),
      () => expect(analytics).not.to.have.sent('type:track'),
      () => expect(analytics).not.to.have.sentInOrder('type:identify', 'type:track'),
    ]) {
      expect(fails).to.throw(chai.AssertionError)
    }
  })
})

// What a job keeps of its messages.

import { expect } from 'chai'
import { jobText, PoisonedJob, readJob } from '../../lib/queue/job.js'

const odd = {
  type: 'track',
  userId: 'u\u0000\ud800\u2028"\\\n',
  event: '💡 "Order" ],"count":9',
  properties: {
    10: 'a number as a name',
    2: null,
    ['__proto__']: { polluted: true },
    precise: 0.1 + 0.2,
    large: 2 ** 70,
    small: 5e-324,
    '': [[], {}, [[[1]]]],
  },
}

describe('the text of a job', () => {
  it('gives back each message byte for byte', () => {
    const texts = [JSON.stringify(odd), '{}', JSON.stringify({ ...odd, messageId: 'other' })]
    const text = jobText('we"b', texts)
    expect(readJob(text)).to.deep.equal({ source: 'we"b', messages: texts })
    // As graphile-worker passes it.
    expect(readJob(JSON.parse(text))).to.deep.equal({ source: 'we"b', messages: texts })
  })

  it('that is cut off anywhere is of no use, and the error shows nothing of it', () => {
    const text = jobText('web', [JSON.stringify({ event: 'secret' })])
    for (let length = 0; length < text.length; length++) {
      expect(() => readJob(text.slice(0, length)))
        .to.throw(PoisonedJob, 'it is not JSON')
        .with.property('message')
        .that.does.not.include('secret')
    }
  })
})

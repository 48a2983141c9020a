// The rows of the list: the newest 500, each once and in order, whatever comes.
import { expect } from 'chai'
import type { MessageView } from '../../lib/inspector/data/answers.js'
import { MessageRows, MOST_ROWS } from '../../lib/inspector/messages/message-rows.js'
import { rowOf } from '../../lib/inspector/messages/row.js'

const view = (position: string, message: object = {}): MessageView => ({
  position,
  message: {
    type: 'track',
    event: 'E',
    userId: 'u1',
    receivedAt: '2026-01-01T00:00:00.000Z',
    ...message,
  },
  source: 'web',
  profileId: 'use_1',
})
const row = (position: string) => rowOf(view(position))
const positions = ({ rows }: MessageRows) => rows.map(({ position }) => position)

describe('the rows of the list', () => {
  it('are the newest first, each once, also what came while the list was loaded', () => {
    const list = new MessageRows()
    for (const position of ['3', '3.1', '4']) list.add(row(position))
    list.load(['3', '2', '1.2', '1'].map(row))
    expect(positions(list)).to.deep.equal(['4', '3.1', '3', '2', '1.2', '1'])
    list.add(row('4'))
    list.add(row('10'))
    list.flush()
    expect(positions(list)).to.deep.equal(['10', '4', '3.1', '3', '2', '1.2', '1'])
  })

  it('are at most 500, and what waits is bounded as well', () => {
    const list = new MessageRows()
    for (let place = 1; place <= 20_000; place += 1) list.add(row(String(place)))
    list.flush()
    expect(list.rows).to.have.length(MOST_ROWS)
    expect(list.rows[0]?.position).to.equal('20000')
    list.pause()
    for (let place = 20_001; place <= 30_000; place += 1) list.add(row(String(place)))
    expect(list.flush()).to.equal(false)
    expect(list.held).to.equal(10_000)
    list.resume()
    expect(list.rows).to.have.length(MOST_ROWS)
    expect(list.rows[0]?.position).to.equal('30000')
  })

  it('stand still in a pause, whatever is loaded', () => {
    const list = new MessageRows()
    list.load([row('1')])
    list.pause()
    list.load([row('2')])
    expect(positions(list)).to.deep.equal(['1'])
  })

  it('may begin anew after all messages were deleted', () => {
    const list = new MessageRows()
    list.load([row('7')])
    list.clear()
    list.add(row('1'))
    list.flush()
    expect(positions(list)).to.deep.equal(['1'])
  })
})

describe('a row', () => {
  it('is short, however large its message is', () => {
    const text = 'x'.repeat(1_000_000)
    const large = rowOf(view('1', { event: text, userId: text, anonymousId: { deep: text } }))
    expect(JSON.stringify(large).length).to.be.below(1000)
  })

  it('says what is out of the ordinary', () => {
    const marks = (facts: Partial<MessageView>) => rowOf({ ...view('1'), ...facts }).marks
    expect(marks({})).to.deep.equal([])
    expect(marks({ profileId: null, violations: ['ID value blocked'] })).to.deep.equal([
      { kind: 'violation', text: 'ID value blocked' },
      { kind: 'unresolved', text: 'nobody' },
    ])
    const missing = {
      type: 'Required',
      field: 'properties.plan',
      description: 'is missing',
    } as const
    expect(marks({ planViolations: [missing, missing] })).to.deep.equal([
      { kind: 'violation', text: 'Required' },
    ])
    const refused = { kind: 'discarded', code: 'event_not_defined', at: '' } as const
    expect(marks({ refused })).to.deep.equal([{ kind: 'discarded', text: 'event_not_defined' }])
  })

  it('can be made of whatever was sent', () => {
    for (const message of [undefined, null, 5, [], 'text', { type: { a: 1 }, event: ['x'] }]) {
      expect(rowOf({ position: '1.1', message }).position).to.equal('1.1')
    }
    expect(rowOf(view('1', { event: 'a\u202eb\u0000\n' })).name).to.equal('a\\u202eb\\u0000⏎')
  })
})

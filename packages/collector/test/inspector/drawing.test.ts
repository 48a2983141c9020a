// Where the lines and joints of the drawing of a person are.
import { expect } from 'chai'
import type { Moment, Part } from '../../lib/inspector/data/answers.js'
import { drawingOf } from '../../lib/inspector/people/drawing.js'

let count = 0

/** `new user_id:u1`, `known anonymous_id:a1` … */
function moment(...parts: string[]): Moment {
  return momentOf('use_1', ...parts)
}

function momentOf(profileId: string, ...parts: string[]): Moment {
  count += 1
  return {
    messageId: `m${count}`,
    seq: count,
    timestamp: '2026-01-01T00:00:00.000Z',
    type: 'identify',
    name: undefined,
    source: 'web',
    profileId,
    what: 'added',
    sentence: '',
    parts: parts.map((text) => {
      const [, role = '', type = '', value = '', ownerId] =
        /^(new|known|left out|split off) (\w+):(\w+)(?: of (\w+))?$/.exec(text) ?? []
      return {
        role: role as Part['role'],
        type,
        value,
        ...(ownerId === undefined ? {} : { ownerId }),
      }
    }),
  }
}

const id = (text: string) => {
  const [type = '', value = ''] = text.split(':')
  return { type, value }
}

function draw(own: string[], ...moments: Moment[]) {
  const drawing = drawingOf(moments, own.map(id), ['use_1'])
  return {
    ...drawing,
    lines: drawing.lanes.map(({ value, whose, spans }) => [
      value,
      whose,
      ...spans.map(({ from, to, isJoined }) => `${from}-${to}${isJoined ? '' : ' apart'}`),
    ]),
  }
}

describe('the drawing of a person', () => {
  it('has a line for each id, from the moment it was first seen to the end', () => {
    const { lines, columns } = draw(
      ['anonymous_id:a1', 'user_id:u1'],
      moment('new anonymous_id:a1'),
      moment('known anonymous_id:a1', 'new user_id:u1'),
    )
    expect(lines).to.deep.equal([
      ['a1', 'own', '0-2'],
      ['u1', 'own', '1-2'],
    ])
    expect(columns.map(({ joint }) => joint)).to.deep.equal([undefined, [0, 1]])
  })

  it('keeps apart what was somebody else until it was joined', () => {
    const { lines, columns } = draw(
      ['anonymous_id:a1', 'anonymous_id:a2', 'user_id:u1'],
      moment('new anonymous_id:a1'),
      moment('new anonymous_id:a2', 'new user_id:u1'),
      moment('known anonymous_id:a1', 'known user_id:u1'),
    )
    expect(lines).to.deep.equal([
      ['a1', 'own', '0-3'],
      ['a2', 'own', '1-2 apart', '2-3'],
      ['u1', 'own', '1-2 apart', '2-3'],
    ])
    expect(columns.map(({ isJoined }) => isJoined)).to.deep.equal([true, false, true])
    expect(columns[2]?.joint).to.deep.equal([0, 2])
  })

  it('draws what was refused as refused: no joint, and the line of another', () => {
    const { lines, lanes, columns } = draw(
      ['user_id:u2'],
      moment('new user_id:u2', 'left out anonymous_id:a1 of use_2'),
      moment('known user_id:u2', 'left out user_id:null'),
    )
    expect(lines).to.deep.equal([
      ['u2', 'own', '0-2'],
      ['a1', 'other', '0-2 apart'],
      ['null', 'nobody'],
    ])
    expect(lanes[1]?.ownerId).to.equal('use_2')
    expect(columns.map(({ joint, refused }) => [joint, refused])).to.deep.equal([
      [undefined, [{ from: 0, to: 1 }]],
      [undefined, [{ from: 0, to: 2 }]],
    ])
  })

  it('joins nothing by a message of another person', () => {
    const { lines } = draw(
      ['anonymous_id:a1', 'user_id:u1'],
      moment('new anonymous_id:a1', 'new user_id:u1'),
      momentOf('use_2', 'known user_id:u2', 'left out anonymous_id:a1 of use_1'),
    )
    expect(lines).to.deep.equal([
      ['a1', 'own', '0-2'],
      ['u1', 'own', '0-2'],
      ['u2', 'other', '1-2 apart'],
    ])
  })

  it('ends the line of what was split off', () => {
    const { lines } = draw(
      ['user_id:u1'],
      moment('new anonymous_id:a1', 'new user_id:u1'),
      moment('split off anonymous_id:a1'),
      moment('known user_id:u1', 'new email:e1'),
    )
    expect(lines[0]).to.deep.equal(['a1', 'own', '0-1'])
  })

  it('draws the newest 60 moments of many, and says how many it left out', () => {
    const moments = Array.from({ length: 100 }, (_, place) =>
      moment('known user_id:u1', `new email:e${place}`),
    )
    const { columns, hidden, lanes } = draw(
      ['user_id:u1', ...moments.map((_, place) => `email:e${place}`)],
      ...moments,
    )
    expect([columns.length, hidden]).to.deep.equal([60, 40])
    expect(lanes.every(({ spans }) => spans.every(({ from }) => from >= -0.5))).to.equal(true)
  })
})

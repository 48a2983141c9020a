// What a rebuild with other rules would change.
import { expect } from 'chai'
import { diffPeople } from '../../lib/profiles/diff.js'
import { id } from './people.js'

const person = (...ids: string[]) => ids.map(id)

describe('diffPeople', () => {
  it('finds nothing between the same people, in whatever order', () => {
    const before = [person('user_id:u1', 'anonymous_id:a1'), person('user_id:u2')]
    const after = [person('user_id:u2'), person('anonymous_id:a1', 'user_id:u1')]
    expect(diffPeople(before, after)).to.deep.equal({
      differences: [],
      same: 2,
      people: { before: 2, after: 2 },
    })
  })

  it('says who joins and who splits', () => {
    const joined = [person('user_id:u1'), person('anonymous_id:a1')]
    const split = person('email:x', 'email:y')
    const { differences, same } = diffPeople(
      [...joined, split, person('user_id:same')],
      [
        person('user_id:u1', 'anonymous_id:a1'),
        person('email:x'),
        person('email:y'),
        person('user_id:same'),
      ],
    )
    expect(differences).to.deep.equal([
      { kind: 'joined', before: joined, after: [person('user_id:u1', 'anonymous_id:a1')] },
      { kind: 'split', before: [split], after: [person('email:x'), person('email:y')] },
    ])
    expect(same).to.equal(1)
  })

  it('says who is regrouped, over however many steps', () => {
    const before = [person('t:1', 't:2'), person('t:3', 't:4'), person('t:5', 't:6')]
    const after = [person('t:1'), person('t:2', 't:3'), person('t:4', 't:5'), person('t:6')]
    expect(diffPeople(before, after).differences).to.deep.equal([
      { kind: 'regrouped', before, after },
    ])
  })

  it('says who loses or gains identifiers, appears and vanishes', () => {
    const { differences } = diffPeople(
      [person('user_id:guest', 'anonymous_id:a1'), person('email:none')],
      [person('anonymous_id:a1'), person('phone:1')],
    )
    expect(differences.map(({ kind }) => kind)).to.deep.equal(['changed', 'vanished', 'appeared'])
  })

  it('takes a melted graph apart in a moment', () => {
    const people = Array.from({ length: 100_000 }, (_, n) => person(`anonymous_id:${n}`))
    const { differences } = diffPeople([people.flat()], people)
    expect(differences.map(({ kind, after }) => [kind, after.length])).to.deep.equal([
      ['split', 100_000],
    ])
  })
})

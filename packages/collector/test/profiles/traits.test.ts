// Traits over time, and how they are read.
import { expect } from 'chai'
import type { Trait } from '../../lib/profiles/profile.js'
import { isNewer, mergeTraits, setTraits, traitsOf } from '../../lib/profiles/traits.js'

const at = (day: number, seq = day) => ({
  timestamp: `2026-03-0${day}T00:00:00.000Z`,
  seq,
})
const known = () => new Map<string, Trait>()

describe('traits', () => {
  it('are as new as their message, and of two at one time the later to arrive', () => {
    expect(isNewer(at(2), at(1))).to.equal(true)
    expect(isNewer(at(1), at(2))).to.equal(false)
    expect(isNewer(at(1, 2), at(1, 1))).to.equal(true)
    expect(isNewer(at(1, 1), at(1, 1))).to.equal(false)
    const far = { timestamp: '+010000-01-01T00:00:00.000Z', seq: 1 }
    expect(isNewer(far, at(1))).to.equal(true)
    expect(isNewer(at(1), far)).to.equal(false)
    const early = { timestamp: '-003000-01-01T00:00:00.000Z', seq: 2 }
    const late = { timestamp: '-002000-01-01T00:00:00.000Z', seq: 1 }
    expect(isNewer(late, early)).to.equal(true)
    expect(isNewer(early, late)).to.equal(false)
    expect(isNewer(at(1), late)).to.equal(true)
  })

  it('take the newest value of each', () => {
    const traits = known()
    setTraits(traits, { plan: 'basic', city: 'Oslo' }, at(2))
    setTraits(traits, { plan: 'free', seats: 3 }, at(1))
    setTraits(traits, { city: 'Bergen' }, at(3))
    expect(traitsOf({ traits })).to.deep.equal({ plan: 'basic', city: 'Bergen', seats: 3 })
  })

  it('keep an empty text, and remember what was removed', () => {
    const traits = known()
    setTraits(traits, { phone: null, title: '' }, at(2))
    setTraits(traits, { phone: '1', title: 'Dr' }, at(1))
    expect(traitsOf({ traits })).to.deep.equal({ title: '' })
    setTraits(traits, { phone: '2' }, at(3))
    expect(traitsOf({ traits })).to.deep.equal({ phone: '2', title: '' })
  })

  it('say what has another value now', () => {
    const traits = known()
    const address = { city: 'Oslo' }
    expect(setTraits(traits, { plan: 'free', address, gone: null }, at(1))).to.deep.include({
      isNewer: true,
      changed: { plan: 'free', address },
    })
    expect(setTraits(traits, { plan: 'free', address: { city: 'Oslo' } }, at(2))).to.deep.include({
      isNewer: true,
      changed: {},
    })
    expect(setTraits(traits, { plan: 'basic' }, at(1))).to.deep.include({
      isNewer: false,
      changed: {},
    })
    expect(setTraits(traits, { plan: null, address: { city: 'Bergen' } }, at(3))).to.deep.include({
      changed: { plan: null, address: { city: 'Bergen' } },
    })
  })

  it('are merged by their times, removed ones too', () => {
    const into = known()
    const from = known()
    setTraits(into, { plan: 'free', phone: '1', city: 'Oslo' }, at(2))
    setTraits(from, { plan: 'basic', city: 'Bergen' }, at(1))
    setTraits(from, { phone: null, seats: 3 }, at(3))
    expect(mergeTraits(into, from)).to.deep.include({
      isNewer: true,
      changed: { phone: null, seats: 3 },
    })
    expect(traitsOf({ traits: into })).to.deep.equal({ plan: 'free', city: 'Oslo', seats: 3 })
  })

  it('have names like any other', () => {
    const traits = known()
    const hostile = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, unknown>
    setTraits(traits, hostile, at(1))
    const read = traitsOf({ traits })
    expect(Object.entries(read)).to.deep.equal(Object.entries(hostile))
    expect(Object.getPrototypeOf(read)).to.equal(Object.prototype)
  })

  describe('name', () => {
    const named = (values: Record<string, unknown>) => {
      const traits = known()
      setTraits(traits, values, at(1))
      return traitsOf({ traits }).name
    }

    it('is made of first and last name, in either spelling', () => {
      expect(named({ firstName: 'Jane', lastName: 'Doe' })).to.equal('Jane Doe')
      expect(named({ first_name: 'Jane', last_name: 'Doe' })).to.equal('Jane Doe')
      expect(named({ firstName: 'Jane', last_name: 'Doe' })).to.equal('Jane Doe')
    })

    it('is left alone if it is given, also as an empty text', () => {
      expect(named({ firstName: 'James', lastName: 'Bond', name: '007' })).to.equal('007')
      expect(named({ firstName: 'James', lastName: 'Bond', name: '' })).to.equal('')
    })

    it('is made again once it was removed', () => {
      expect(named({ firstName: 'James', lastName: 'Bond', name: null })).to.equal('James Bond')
    })

    it('is not made of half, or of what is no text', () => {
      expect(named({ firstName: 'Cher' })).to.equal(undefined)
      expect(named({ firstName: 'Jane', lastName: null })).to.equal(undefined)
      expect(named({ firstName: 1, lastName: 2 })).to.equal(undefined)
      expect(named({ firstName: '', lastName: '' })).to.equal(undefined)
    })

    it('is never stored', () => {
      const traits = known()
      setTraits(traits, { firstName: 'Jane', lastName: 'Doe' }, at(1))
      traitsOf({ traits })
      expect([...traits.keys()]).to.deep.equal(['firstName', 'lastName'])
    })
  })
})

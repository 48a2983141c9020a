// Merging a call's context over the defaults: what lodash's mergeWith does, and what is done around it.

import { expect } from 'chai'
import fc from 'fast-check'
import { runInNewContext } from 'node:vm'
import { withDefaults } from '../../lib/spec/merge.js'

type Fields = Record<string, unknown>

const parse = (text: string): Fields => JSON.parse(text) as Fields
const merged = (defaults: string, own: string): string =>
  JSON.stringify(withDefaults(parse(defaults), parse(own)))

describe('defaults beneath a call', () => {
  it('are merged deep, and the call wins', () => {
    expect(merged('{"app":{"name":"a","build":1},"ip":"x"}', '{"app":{"name":"b"}}')).to.equal(
      '{"app":{"name":"b","build":1},"ip":"x"}',
    )
  })

  it("give way to the call's array as a whole", () => {
    expect(merged('{"tags":[1,2,3]}', '{"tags":[9]}')).to.equal('{"tags":[9]}')
  })

  it('give way to null and to values of another kind, and stay beneath undefined', () => {
    const defaults = { app: { name: 'a' }, ip: 'x', page: { url: 'u' }, os: { name: 'o' } }
    const own = { app: null, ip: undefined, page: 'text', os: { name: undefined } }
    expect(withDefaults(defaults, own)).to.deep.equal({
      app: null,
      ip: 'x',
      page: 'text',
      os: { name: 'o' },
    })
  })

  it('give way to what has a toJSON, a Date or an instance of a class as a whole', () => {
    class Page {
      url = 'own'
    }
    const page = new Page()
    const at = new Date(0)
    const result = withDefaults({ page: { url: 'u', path: '/' }, at: { a: 1 } }, { page, at })
    expect(result.page).to.equal(page)
    expect(result.at).to.equal(at)
  })

  it('merge objects of another realm too', () => {
    const foreign = runInNewContext('({ app: { name: "b" } })') as Fields
    expect(withDefaults({ app: { build: 1 } }, foreign)).to.deep.equal({
      app: { build: 1, name: 'b' },
    })
  })

  it('share nothing that can be written to with the result, and write to neither side', () => {
    const defaults = { app: { names: ['a'], deep: { a: 1 } } }
    const own = { app: { deep: { b: 2 } } }
    const before = JSON.stringify([defaults, own])
    const result = withDefaults(defaults, own) as typeof defaults
    result.app.names.push('b')
    result.app.deep.a = 9
    expect(JSON.stringify([defaults, own])).to.equal(before)
  })

  it('leave out what the object of the call has inherited, as JSON does', () => {
    const own = Object.assign(Object.create({ inherited: 1 }) as Fields, { mine: 2 })
    expect(withDefaults({ ip: 'x' }, own)).to.deep.equal({ ip: 'x', mine: 2 })
  })

  it('do not stop a call that is nested thousands deep', () => {
    const levels = 20_000
    let deep: Fields = {}
    for (let level = 0; level < levels; level++) deep = { deep }
    const result = withDefaults({ app: { deep: { a: 1 } }, ip: 'x' }, { app: deep })
    expect(result).to.have.property('ip', 'x')
  })
})

describe('a __proto__ key, which JSON may have as data', () => {
  const cases: [defaults: string, own: string, result: string][] = [
    ['{"a":1}', '{"__proto__":{"b":2}}', '{"a":1,"__proto__":{"b":2}}'],
    ['{"__proto__":{"b":2}}', '{"a":1}', '{"a":1,"__proto__":{"b":2}}'],
    ['{"x":{"a":1}}', '{"x":{"__proto__":{"b":2}}}', '{"x":{"a":1,"__proto__":{"b":2}}}'],
    ['{"x":{"__proto__":{"b":2}}}', '{"a":1}', '{"x":{"__proto__":{"b":2}},"a":1}'],
    [
      '{"x":{"y":{"__proto__":{"b":2}}}}',
      '{"x":{"z":1}}',
      '{"x":{"y":{"__proto__":{"b":2}},"z":1}}',
    ],
    ['{"__proto__":{"a":1,"b":1}}', '{"__proto__":{"b":2}}', '{"__proto__":{"a":1,"b":2}}'],
    ['{"a":1}', '{"__proto__":5}', '{"a":1,"__proto__":5}'],
  ]
  for (const [defaults, own, result] of cases) {
    it(`${defaults} beneath ${own}`, () => {
      expect(merged(defaults, own)).to.equal(result)
    })
  }

  it('sets no prototype', () => {
    const result = withDefaults({ a: 1 }, parse('{"__proto__":{"polluted":true}}'))
    expect(Object.getPrototypeOf(result)).to.equal(Object.prototype)
    expect(({} as Fields).polluted).to.equal(undefined)
  })
})

it('any two objects of JSON: a key of the call has its value or is merged, every other is the default', () => {
  const fields = (): fc.Arbitrary<Fields> => fc.dictionary(fc.string(), fc.jsonValue())
  const check = (defaults: Fields, own: Fields, result: Fields): void => {
    expect(new Set(Object.keys(result))).to.deep.equal(
      new Set([...Object.keys(defaults), ...Object.keys(own)]),
    )
    for (const key of Object.keys(result)) {
      const [beneath, above] = [defaults[key], own[key]]
      const isFields = (value: unknown): value is Fields =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
      if (!Object.hasOwn(own, key)) expect(result[key]).to.deep.equal(beneath)
      else if (Object.hasOwn(defaults, key) && isFields(beneath) && isFields(above)) {
        check(beneath, above, result[key] as Fields)
      } else expect(result[key]).to.deep.equal(above)
    }
  }
  fc.assert(
    fc.property(fields(), fields(), (defaults, own) =>
      check(defaults, own, withDefaults(defaults, own)),
    ),
  )
})

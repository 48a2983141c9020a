// Reserved traits of another type than the Segment spec has: sent all the same, with one warning in development.

import { expect } from 'chai'
import { withCollector } from '../support/clients.js'
import { run } from '../support/programs.js'
import { wrongTrait } from '../../lib/spec/reserved-traits.js'

const program = new URL('./programs/traits.js', import.meta.url)

describe('reserved traits of a wrong type', () => {
  it('are sent, with one warning for each trait in a process, which shows no value', () =>
    withCollector(async ({ collector }) => {
      const { stderr, code } = await run(program, [collector.url], { env: { NODE_ENV: 'test' } })
      expect(code, stderr).to.equal(0)
      expect(collector.messages).to.have.lengthOf(9)
      expect(collector.messages[0]?.traits).to.include({ email: 42, createdAt: 'yesterday' })
      const warned = [...stderr.matchAll(/a trait of (\w+)\(\): (\w+) is ([^;]+);/g)].map((match) =>
        match.slice(1),
      )
      expect(warned).to.deep.equal([
        ['identify', 'email', 'a number'],
        ['identify', 'createdAt', 'a string that is not a date'],
        ['identify', 'age', 'a string'],
        ['identify', 'first_name', 'an array'],
        ['group', 'plan', 'a boolean'],
      ])
      expect(stderr).not.to.include('secret-value')
    }))

  it('are not warned of in production', () =>
    withCollector(async ({ collector }) => {
      const { stderr } = await run(program, [collector.url], { env: { NODE_ENV: 'production' } })
      expect(collector.messages).to.have.lengthOf(9)
      expect(stderr).not.to.include('SELFSAME_TRAIT_TYPE')
    }))

  it('are those that the spec types: dates in their forms, ids as numbers', () => {
    const right: [string, unknown][] = [
      ['createdAt', new Date()],
      ['createdAt', 1_400_000_000],
      ['createdAt', '2014-05-13T17:12:00Z'],
      ['birthday', '1960-02-29'],
      ['id', 7],
      ['company', { name: 'x' }],
      ['own', []],
      ['email', undefined],
    ]
    for (const [name, value] of right)
      expect(wrongTrait('identify', name, value)).to.equal(undefined)
    expect(wrongTrait('identify', 'birthday', '29.2.1960')).to.match(/not a date/)
    expect(wrongTrait('group', 'employees', {})).to.match(/a string or a number/)
  })
})

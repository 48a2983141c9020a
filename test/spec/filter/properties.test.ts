// What holds for every filter and every text.
import { expect } from 'chai'
import fc from 'fast-check'
import { FilterError } from '../../../lib/spec/filter/filter-error.js'
import { parseFilter } from '../../../lib/spec/filter/filter.js'
import { isTime } from '../../../lib/spec/filter/keys.js'
import { parse } from '../../../lib/spec/filter/parse.js'
import { matchesWhole, type Pattern } from '../../../lib/spec/filter/pattern.js'
import { periodOf } from '../../../lib/spec/filter/period.js'
import { print } from '../../../lib/spec/filter/print.js'
import { COMPARATORS, type Node, STATES } from '../../../lib/spec/filter/syntax.js'

/** Texts full of what the language knows. */
const special = fc.string({
  unit: fc.constantFrom(
    ...' \t"\\*():.<>=-/ab0é😀',
    'OR',
    'AND',
    'is',
    'has',
    'type',
    '2026-01-01',
  ),
  maxLength: 12,
})
const text = fc.oneof(
  special,
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
)
const some = text.filter((each) => each !== '')

/** A pattern as it is parsed: no two wildcards beside each other. */
const pattern: fc.Arbitrary<Pattern> = fc
  .tuple(text, fc.option(fc.tuple(fc.array(some, { maxLength: 2 }), text)))
  .map(([first, rest]) => (rest === null ? [first] : [first, ...rest[0], rest[1]]))

const reserved = new Set(['is', 'has'])
const key = fc
  .array(some, { minLength: 1, maxLength: 3 })
  .filter((names) => names.length > 1 || !reserved.has(names[0]!))
const freeKey = key.filter((names) => !isTime(names) && names.join() !== 'type')
const dates = [
  '2026',
  '2026-02',
  '2026-02-03',
  '2026-02-03T04:05Z',
  '2026-02-03 04:05:06.789+01:00',
]
const date = fc.constantFrom(...dates).map((each) => ({ period: periodOf(each)!, text: each }))
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0)

const leaf: fc.Arbitrary<Node> = fc.oneof(
  pattern
    .filter((parts) => parts.join('*') !== '')
    .map((parts) => ({ kind: 'word' as const, pattern: parts })),
  fc.constantFrom(...STATES).map((state) => ({ kind: 'is' as const, state })),
  fc
    .array(some, { minLength: 1, maxLength: 3 })
    .map((names) => ({ kind: 'has' as const, key: names })),
  fc
    .tuple(freeKey, pattern)
    .map(([names, parts]) => ({ kind: 'equal' as const, key: names, pattern: parts })),
  date.map((each) => ({ kind: 'within' as const, key: ['timestamp'], ...each })),
  fc.tuple(freeKey, fc.constantFrom(...COMPARATORS), number).map(([names, comparator, value]) => ({
    kind: 'compare' as const,
    key: names,
    comparator,
    operand: { kind: 'number' as const, value },
  })),
  fc.tuple(fc.constantFrom(...COMPARATORS), date).map(([comparator, each]) => ({
    kind: 'compare' as const,
    key: ['receivedAt'],
    comparator,
    operand: { kind: 'time' as const, ...each },
  })),
)

const tree = fc.letrec<{ node: Node }>((tie) => {
  const nodes = fc.array(tie('node'), { minLength: 2, maxLength: 3 })
  return {
    node: fc.oneof(
      { maxDepth: 3 },
      leaf,
      // A `-` beside a group of its own kind is written with parentheses.
      tie('node').map((node) => ({ kind: 'not' as const, node })),
      nodes.map((each) => ({ kind: 'all' as const, nodes: each })),
      nodes.map((each) => ({ kind: 'any' as const, nodes: each })),
    ),
  }
}).node

/** The same by a slow road: all ways to spread the wildcards. */
function slowly(parts: Pattern, value: string): boolean {
  const [first = '', ...rest] = parts
  if (!value.startsWith(first)) return false
  if (rest.length === 0) return value === first
  const left = value.slice(first.length)
  return Array.from({ length: left.length + 1 }, (_, skipped) => left.slice(skipped)).some((each) =>
    slowly(rest, each),
  )
}

describe('every filter', () => {
  it('is read again from what is printed of it', () => {
    fc.assert(
      fc.property(tree, (node) => {
        const printed = print(node)
        fc.pre(printed.length <= 2000)
        expect(parse(printed), printed).to.deep.equal(node)
      }),
      { numRuns: 3000 },
    )
  })

  it('prints what it prints when it is read again', () => {
    fc.assert(
      fc.property(special, (written) => {
        let printed: string
        try {
          printed = parseFilter(written).text
        } catch {
          return
        }
        expect(parseFilter(printed).text).to.equal(printed)
      }),
      { numRuns: 3000 },
    )
  })

  it('is read, or fails with a FilterError of a place within it', () => {
    fc.assert(
      fc.property(fc.oneof(special, fc.string({ unit: 'binary' })), (written) => {
        try {
          const filter = parseFilter(written)
          expect(filter.matches({ message: { type: 'track', event: written } })).to.be.a('boolean')
        } catch (error) {
          if (!(error instanceof FilterError)) throw error
          expect(error.position).to.be.within(0, written.length)
        }
      }),
      { numRuns: 5000 },
    )
  })

  it('answers for any JSON', () => {
    fc.assert(
      fc.property(tree, fc.jsonValue(), (node, message) => {
        const printed = print(node)
        fc.pre(printed.length <= 2000)
        const { matches } = parseFilter(printed)
        expect(matches({ message })).to.be.a('boolean')
      }),
    )
  })

  it('finds a message by each of its own values', () => {
    const json = fc.dictionary(some, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 4 })
    fc.assert(
      fc.property(json, (properties) => {
        for (const [name, value] of Object.entries(properties)) {
          const node: Node = { kind: 'equal', key: ['properties', name], pattern: [String(value)] }
          expect(parseFilter(print(node)).matches({ message: { properties } })).to.equal(true)
        }
      }),
    )
  })
})

describe('a pattern', () => {
  it('matches what some spread of its wildcards matches', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3 })
    const value = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 })
    fc.assert(
      fc.property(fc.array(letters, { minLength: 1, maxLength: 4 }), value, (parts, each) => {
        expect(matchesWhole(parts, each)).to.equal(slowly(parts, each))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('the time that a filter takes', () => {
  /** The least of several runs, ms: what else the machine does only adds to it. */
  function timeOf(run: () => void): number {
    let least = Infinity
    for (let turn = 0; turn < 7; turn += 1) {
      const start = performance.now()
      run()
      least = Math.min(least, performance.now() - start)
    }
    return least
  }
  const hard: [string, (length: number) => string][] = [
    ['wildcards', (length) => `x:${'a*'.repeat(length / 2 - 4)}b`],
    ['one long text', (length) => `x:*${'a'.repeat(length - 5)}b`],
    ['words', (length) => 'a '.repeat(length / 2)],
    ['quotes', (length) => '"\\"" '.repeat(length / 5)],
    ['alternatives', (length) => `x:b${' OR x:b'.repeat(length / 7 - 1)}`],
    ['dots', (length) => `${'a.'.repeat(length / 2 - 2)}a:b`],
    ['minuses', (length) => '-a '.repeat(length / 3)],
  ]
  for (const [name, make] of hard) {
    it(`is bounded: ${name}`, () => {
      const text = make(2000)
      const message = { properties: { x: 'a'.repeat(32_000) } }
      const filter = parseFilter(text)
      // A thousand times less than what backtracking would take, and ten times more than what is needed.
      expect(timeOf(() => parseFilter(text))).to.be.below(20)
      expect(timeOf(() => filter.matches({ message }))).to.be.below(500)
    })
  }

  it('grows with the length of the filter, not with its square', () => {
    const of = (length: number) => {
      const text = 'ab:cd '.repeat(length / 6)
      return timeOf(() => {
        for (let turn = 0; turn < 50; turn += 1) parseFilter(text)
      })
    }
    of(1998)
    // Four times the length; the square of it would be sixteen.
    expect(of(1998) / of(498)).to.be.below(10)
  })
})

// Why two identifiers are one person, and why they are not.
import { expect } from 'chai'
import { type Evidence, explain, messageIdsIn } from '../../lib/profiles/explain.js'
import { rulesFrom, type RulesOption } from '../../lib/profiles/rules.js'
import type { JsonObject } from '../../lib/messages/message.js'
import { id, incoming } from './people.js'
import { Shelf } from './shelf.js'

interface Options {
  readonly rules?: RulesOption
  /** The messageIds that are no longer kept. */
  readonly gone?: readonly string[]
}

function evidence(
  messages: readonly JsonObject[],
  [a, b]: readonly [string, string],
  { rules: option, gone = [] }: Options = {},
): Evidence {
  const rules = rulesFrom(option)
  const shelf = new Shelf('test', rules)
  const all = incoming(...messages)
  shelf.takeIn(all)
  const kept = all.map(({ message }) => message).filter((each) => !gone.includes(each.messageId))
  return {
    identifiers: [id(a), id(b)],
    profiles: [shelf.profileOf(id(a)), shelf.profileOf(id(b))],
    logs: shelf.logs,
    messages: kept,
    rules,
  }
}

function told(...args: Parameters<typeof evidence>) {
  const { areOne, summary, steps } = explain(evidence(...args))
  return { areOne, summary, steps: steps.map(({ sentence }) => sentence) }
}

describe('explain', () => {
  it('names the one message that had both', () => {
    const result = explain(
      evidence(
        [
          { anonymousId: 'a1', type: 'page' },
          { anonymousId: 'a1', userId: 'u1' },
        ],
        ['user_id:u1', 'anonymous_id:a1'],
      ),
    )
    expect(result.areOne).to.equal(true)
    expect(result.steps).to.deep.equal([
      {
        from: id('user_id:u1'),
        to: id('anonymous_id:a1'),
        messageId: 'm2',
        timestamp: '2026-03-02T09:01:00.000Z',
        type: 'identify',
        source: 'web',
        rule: 'added',
        violation: undefined,
        sentence:
          'Message m2 (identify from web, 2026-03-02 09:01 UTC) had user_id u1 and anonymous_id a1. user_id u1 was new, and was added to the person that anonymous_id a1 belongs to.',
      },
    ])
  })

  it('tells how each message of a chain tied what it had', () => {
    const chain = told(
      [
        { anonymousId: 'a1', traits: { email: 'jane@example.com' } },
        { anonymousId: 'a2', type: 'track', event: 'Opened' },
        { anonymousId: 'a2', traits: { email: 'jane@example.com' } },
        { anonymousId: 'a2', userId: 'u1' },
      ],
      ['anonymous_id:a1', 'user_id:u1'],
    )
    expect(chain).to.deep.equal({
      areOne: true,
      summary: 'anonymous_id a1 and user_id u1 are one person. 3 messages tie them together.',
      steps: [
        'Message m1 (identify from web, 2026-03-02 09:00 UTC) had anonymous_id a1 and email jane@example.com. Nobody had either, so a person began with them.',
        'Message m3 (identify from web, 2026-03-02 09:02 UTC) had email jane@example.com and anonymous_id a2. They belonged to two people, who became one.',
        'Message m4 (identify from web, 2026-03-02 09:03 UTC) had anonymous_id a2 and user_id u1. user_id u1 was new, and was added to the person that anonymous_id a2 belongs to.',
      ],
    })
  })

  it('gives no credit to a message whose identifiers were one already', () => {
    const { steps } = explain(
      evidence(
        [
          { anonymousId: 'a1', userId: 'u1' },
          { userId: 'u1', traits: { email: 'jane@example.com' } },
          // Has all three and brings a fourth: it did not tie the first and the third.
          {
            anonymousId: 'a1',
            userId: 'u1',
            traits: { email: 'jane@example.com' },
            context: { device: { type: 'ios', id: 'phone' } },
          },
        ],
        ['anonymous_id:a1', 'email:jane@example.com'],
      ),
    )
    expect(steps.map(({ messageId }) => messageId)).to.deep.equal(['m1', 'm2'])
  })

  it('does not count what was left out of a message', () => {
    const { steps } = explain(
      evidence(
        [
          { userId: 'u1', anonymousId: 'a1' },
          { userId: 'u2', anonymousId: 'a1' },
          { userId: 'u2', anonymousId: 'a2', traits: { email: 'two@example.com' } },
        ],
        ['user_id:u2', 'email:two@example.com'],
      ),
    )
    expect(steps.map(({ messageId }) => messageId)).to.deep.equal(['m3'])
  })

  it('finds the chain without the messages, in fewer words', () => {
    const { areOne, steps } = told(
      [
        { anonymousId: 'a1', type: 'page' },
        { anonymousId: 'a1', userId: 'u1' },
        { anonymousId: 'a2', type: 'page' },
        { anonymousId: 'a2', userId: 'u1' },
      ],
      ['anonymous_id:a1', 'anonymous_id:a2'],
      { gone: ['m1', 'm2', 'm3', 'm4'] },
    )
    expect(areOne).to.equal(true)
    expect(steps).to.deep.equal([
      'Message m1 (page from web, 2026-03-02 09:00 UTC) tied anonymous_id a1 to other identifiers of the person. The message itself is no longer kept.',
      'Message m4 (identify from web, 2026-03-02 09:03 UTC) made one person of two. The message itself is no longer kept.',
      'Message m3 (page from web, 2026-03-02 09:02 UTC) tied anonymous_id a2 to other identifiers of the person. The message itself is no longer kept.',
    ])
  })

  it('says whom an identifier belongs to that was left out', () => {
    expect(
      told(
        [
          { userId: 'u1', anonymousId: 'anon_9' },
          { userId: 'u2', anonymousId: 'anon_9' },
        ],
        ['user_id:u2', 'anonymous_id:anon_9'],
      ),
    ).to.deep.equal({
      areOne: false,
      summary:
        'user_id u2 and anonymous_id anon_9 are two people. Messages had an identifier of each, but one was left out.',
      steps: [
        'Message m2 (identify from web, 2026-03-02 09:01 UTC) had user_id u2 and anonymous_id anon_9. anonymous_id anon_9 already belongs to user_id u1, and a person has one user_id, so anonymous_id anon_9 was left out.',
      ],
    })
  })

  it('says that no message had an identifier of each', () => {
    expect(
      told([{ userId: 'u1' }, { userId: 'u2' }], ['user_id:u1', 'user_id:u2']).summary,
    ).to.equal('user_id u1 and user_id u2 are two people. No message had an identifier of each.')
  })

  it('says that a value is blocked', () => {
    expect(
      told([{ userId: 'null', anonymousId: 'a1' }], ['user_id:null', 'anonymous_id:a1']),
    ).to.deep.equal({
      areOne: false,
      summary: 'user_id null belongs to nobody: it was left out of each message that had it.',
      steps: [
        'Message m1 (identify from web, 2026-03-02 09:00 UTC) had anonymous_id a1 and user_id null. null is a blocked value, which identifies nobody, so user_id null was left out.',
      ],
    })
  })

  it('says which limit an identifier was too many for, and in what time', () => {
    const sixth = [1, 2, 3].map((n) => ({ userId: 'u1', anonymousId: `a${n}` }))
    const { steps } = told(sixth, ['user_id:u1', 'anonymous_id:a3'], {
      rules: { limits: { anonymous_id: { max: 2, window: 'weekly' } } },
    })
    expect(steps).to.deep.equal([
      'Message m3 (identify from web, 2026-03-02 09:02 UTC) had user_id u1 and anonymous_id a3. A person gets at most 2 values of anonymous_id a week, so anonymous_id a3 was left out.',
    ])
  })

  it('says that nobody sent an identifier', () => {
    expect(told([{ userId: 'u1' }], ['user_id:u1', 'email:x@example.com']).summary).to.equal(
      'No message brought email x@example.com.',
    )
  })

  it('says that two people were split by hand', () => {
    const rules = rulesFrom()
    const shelf = new Shelf('test', rules)
    const messages = incoming({ userId: 'u1', anonymousId: 'a1' }, { anonymousId: 'a1' })
    shelf.takeIn(messages)
    shelf.split(['anonymous_id:a1'])
    const { summary, steps } = explain({
      identifiers: [id('user_id:u1'), id('anonymous_id:a1')],
      profiles: [shelf.profileOf(id('user_id:u1')), shelf.profileOf(id('anonymous_id:a1'))],
      logs: shelf.logs,
      messages: messages.map(({ message }) => message),
      rules,
    })
    expect(summary).to.equal(
      'user_id u1 and anonymous_id a1 are two people. They were split by hand.',
    )
    expect(steps.map(({ sentence }) => sentence)).to.deep.equal([
      'anonymous_id a1 was split off by hand (2026-03-03 00:00 UTC), and no message joins it again.',
    ])
  })

  it('explains a profile of a thousand identifiers and as many violations in a moment', () => {
    const messages = Array.from({ length: 1000 }, (_, n) => ({
      userId: 'hub',
      traits: { email: `${n}@example.com` },
      context: {
        externalIds: [{ id: n, type: `t${n}`, collection: 'users', encoding: 'none' }],
      },
    }))
    const given = evidence(messages, ['email:0@example.com', 't3:3'], {
      rules: { limits: { '*': 1000 } },
    })
    const before = process.cpuUsage()
    expect(explain(given).steps).to.have.length(2)
    expect(process.cpuUsage(before).user / 1000).to.be.below(1000)
  })

  it('lists each message that it reads once', () => {
    const { logs } = evidence(
      [
        { userId: 'u1', anonymousId: 'a1' },
        { userId: 'u2', anonymousId: 'a1' },
      ],
      ['user_id:u1', 'user_id:u2'],
    )
    expect(messageIdsIn(logs)).to.deep.equal(['m1', 'm2'])
  })
})

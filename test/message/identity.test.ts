// Who a message is about.

import { expect } from 'chai'
import { Analytics, AnalyticsError, type MessageType } from '../../lib/index.js'
import { withCollector } from '../support/clients.js'
import { run } from '../support/programs.js'

const withoutIds: Record<Exclude<MessageType, 'alias'>, object> = {
  identify: { traits: {} },
  track: { event: 'Signed Up' },
  page: { name: 'Home' },
  screen: { name: 'Home' },
  group: { groupId: 'g1' },
}

/** The error that a call throws: the clients here are not in production. */
function errorOf(type: MessageType, call: unknown): AnalyticsError {
  const client = new Analytics({ writeKey: 'k', onInvalid: 'throw', flushOnExit: false })
  try {
    client[type](call as never)
  } catch (error) {
    expect(error).to.be.instanceOf(AnalyticsError)
    expect((error as AnalyticsError).code).to.equal('invalid_message')
    return error as AnalyticsError
  }
  throw new Error(`${type} did not throw`)
}

describe('a call without userId and anonymousId', () => {
  for (const [type, call] of Object.entries(withoutIds)) {
    it(`${type} is refused, and the error names both`, () => {
      expect(errorOf(type as MessageType, call).message)
        .to.match(/userId/)
        .and.match(/anonymousId/)
    })
  }
})

describe('an identify with only an anonymousId', () => {
  it('is accepted, and no userId is sent', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      analytics.identify({ anonymousId: 'a1', traits: { email: 'jane@example.com' } })
      await analytics.flush()
      expect(collector.messages[0]).to.include({ type: 'identify', anonymousId: 'a1' })
      expect(collector.messages[0]).not.to.have.property('userId')
    }))
})

describe('a call with both ids', () => {
  for (const [type, call] of Object.entries(withoutIds)) {
    it(`${type} sends both`, () =>
      withCollector(async ({ collector, client }) => {
        const analytics = client()
        analytics[type as MessageType]({ ...call, userId: 'u1', anonymousId: 'a1' } as never)
        await analytics.flush()
        expect(collector.messages[0]).to.include({ type, userId: 'u1', anonymousId: 'a1' })
      }))
  }
})

describe('an id that is empty or not a string', () => {
  for (const [name, id] of Object.entries({
    'an empty string': '',
    NaN: NaN,
    Infinity: Infinity,
    'a boolean': true,
    'an object': {},
    'an array': [],
    'a function': () => 1,
    'a symbol': Symbol('id'),
    'a bigint': 42n,
  })) {
    for (const field of ['userId', 'anonymousId'] as const) {
      it(`${name} as ${field} is refused, and the error names the field`, () => {
        const other = field === 'userId' ? { anonymousId: 'a1' } : { userId: 'u1' }
        const { message } = errorOf('track', { event: 'E', ...other, [field]: id })
        expect(message).to.match(new RegExp(`^${field} is .+; allowed: a non-empty string`))
      })
    }
  }

  it('names the type of the value, never the value', () => {
    const { message } = errorOf('track', { event: 'E', userId: ['secret'] })
    expect(message).to.include('an array').and.not.to.include('secret')
  })

  for (const [number, text] of [
    [0, '0'],
    [42, '42'],
    [1e21, '1000000000000000000000'],
    [-7, '-7'],
    [0.5, '0.5'],
    [1e-7, '0.0000001'],
  ] as const) {
    it(`the finite number ${number} is taken as "${text}"`, () =>
      withCollector(async ({ collector, client }) => {
        const analytics = client()
        analytics.track({ userId: number, event: 'E' })
        await analytics.flush()
        expect(collector.messages[0]?.userId).to.equal(text)
      }))
  }
})

describe('an id that is null', () => {
  it('beside another id is as if it were left out, in every call', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      for (const ids of [
        { userId: null, anonymousId: 'a1' },
        { userId: 'u1', anonymousId: null },
      ]) {
        for (const type of ['identify', 'track', 'page', 'screen', 'group'] as const) {
          analytics[type]({ ...ids, event: 'E', groupId: 'g1' })
        }
      }
      await analytics.flush()
      expect(
        collector.messages.map(({ userId, anonymousId }) => [userId, anonymousId]),
      ).to.deep.equal([
        ...Array.from({ length: 5 }, () => [undefined, 'a1']),
        ...Array.from({ length: 5 }, () => ['u1', undefined]),
      ])
      for (const message of collector.messages)
        expect(JSON.stringify(message)).not.to.include('null')
    }))

  it('beside no other id is refused, and so is one that the call needs', () => {
    expect(errorOf('track', { event: 'E', userId: null, anonymousId: null }).message).to.match(
      /^userId and anonymousId are both null; track\(\) needs at least one/,
    )
    expect(errorOf('alias', { userId: 'u1', previousId: null }).message).to.match(
      /^previousId is null/,
    )
    expect(
      errorOf('alias', { userId: null, anonymousId: 'a1', previousId: 'p1' }).message,
    ).to.match(/^userId is null/)
    expect(errorOf('group', { userId: 'u1', groupId: null }).message).to.match(/^groupId is null/)
  })
})

describe('a track without a string as its event', () => {
  for (const event of [undefined, null, '', 42, {}, ['Signed Up']]) {
    it(`${JSON.stringify(event)} is refused`, () => {
      expect(errorOf('track', { userId: 'u1', event }).message).to.match(/^event is /)
    })
  }
})

describe('traits or properties that are not an object', () => {
  for (const value of [
    [],
    ['a'],
    'text',
    42,
    true,
    () => 1,
    new Map([['a', 1]]),
    new Set([1]),
    new Date(),
    Object.assign(new Date(), { own: 1 }),
    Object.assign(new Error('x'), { code: 'E' }),
    Buffer.from('x'),
    new URLSearchParams('a=1'),
    new Headers({ a: '1' }),
    { toJSON: () => 'text' },
  ]) {
    it(`${Object.prototype.toString.call(value)} is refused`, () => {
      for (const type of ['identify', 'group'] as const) {
        expect(errorOf(type, { userId: 'u1', groupId: 'g1', traits: value }).message).to.match(
          /^traits(\.toJSON\(\))? is /,
        )
      }
      for (const type of ['track', 'page', 'screen'] as const) {
        expect(errorOf(type, { userId: 'u1', event: 'E', properties: value }).message).to.match(
          /^properties(\.toJSON\(\))? is /,
        )
      }
    })
  }

  it('of context and integrations too', () => {
    expect(errorOf('track', { userId: 'u1', event: 'E', context: 'x' }).message).to.match(
      /^context is /,
    )
    expect(errorOf('track', { userId: 'u1', event: 'E', integrations: [] }).message).to.match(
      /^integrations is /,
    )
  })
})

describe('a group without groupId, an alias without userId or previousId', () => {
  for (const [type, call, field] of [
    ['group', { userId: 'u1' }, 'groupId'],
    ['alias', { previousId: 'a1' }, 'userId'],
    ['alias', { userId: 'u1' }, 'previousId'],
    ['alias', { anonymousId: 'a1', previousId: 'p1' }, 'userId'],
  ] as const) {
    it(`${type} without ${field} is refused, and the error names it`, () => {
      expect(errorOf(type, call).message).to.match(new RegExp(`^${field} is undefined`))
    })
  }

  it('an alias with both is delivered', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      analytics.alias({ userId: 'u1', previousId: 'a1' })
      await analytics.flush()
      expect(collector.messages[0]).to.include({ type: 'alias', userId: 'u1', previousId: 'a1' })
    }))
})

describe('an e-mail address as userId', () => {
  it('is sent, with one warning per process that does not repeat it', async () => {
    const { stdout, stderr } = await run(new URL('./programs/emails.js', import.meta.url), [])
    expect(JSON.parse(stdout)).to.deep.equal(['jane@example.com', 'joe@example.com'])
    expect(stderr.match(/SELFSAME_EMAIL_AS_USER_ID/g)).to.have.lengthOf(1)
    expect(stderr).not.to.include('jane')
  })
})

describe('what is no call at all', () => {
  for (const call of [undefined, null, 'user-1', 42, [], () => 1]) {
    it(`${String(call)} is refused, and the error says what a call looks like`, () => {
      expect(errorOf('track', call).message).to.match(
        /^track\(\) was given .+; allowed: one object/,
      )
    })
  }
})

// `selfsame plan infer`: what it makes of a mess, and which values it shows.

import { expect } from 'chai'
import { startCollector } from '@selfsame/collector'
import { secret } from './command.js'
import { track, withProject } from './plan-project.js'

const many = (count: number, message: (index: number) => object): object[] =>
  Array.from({ length: count }, (_, index) => message(index))

describe('selfsame plan infer', () => {
  it('says how often each was there, in comments', () =>
    withProject(async ({ write, run }) => {
      write('m.ndjson', [
        ...many(100, (n) =>
          track('Order Completed', {
            total: n + 0.5,
            items: n % 4,
            tier: ['free', 'premium'][n % 2],
            at: new Date(n * 1e9).toISOString(),
            ...(n < 20 ? { coupon: n < 5 ? null : 'SUMMER' } : {}),
            lines: [{ sku: 'a', price: 3 }],
          }),
        ),
        track('order completed', { total: '9.5' }),
        ...many(3, () => ({ type: 'page', userId: 'u', name: 'Home' })),
        { type: 'identify', userId: 'u', traits: { email: 'jane@example.com', age: 3 } },
      ])
      const { code, stdout } = await run(['plan', 'infer', 'm.ndjson'])
      expect(code).to.equal(0)
      expect(stdout).to
        .equal(`// A first plan, from 105 messages. The comments say how often each was there.
import { definePlan, jsonSchema } from 'selfsame/plan'

export const plan = definePlan({
  events: {
    // 100 messages
    'Order Completed': jsonSchema({
      type: 'object',
      properties: {
        total: { type: 'number' }, // 100 · 0.5 to 99.5
        items: { type: 'integer' }, // 100 · 0 to 3
        tier: { type: 'string', enum: ['free', 'premium'] }, // 100
        at: { type: 'string', format: 'date-time' }, // 100
        coupon: { type: ['null', 'string'] }, // 20 of 100 · 15 string, 5 null · "SUMMER" 15
        // 100
        lines: {
          type: 'array',
          // 100
          items: {
            type: 'object',
            properties: {
              sku: { type: 'string' }, // 100 · "a" 100
              price: { type: 'integer' }, // 100 · always 3
            },
            required: ['sku', 'price'],
            additionalProperties: false,
          },
        },
      },
      required: ['total', 'items', 'tier', 'at', 'lines'],
      additionalProperties: false,
    }),
    // 1 message. Is it "Order Completed" (100)?
    'order completed': jsonSchema({
      type: 'object',
      properties: {
        total: { type: 'string' }, // 1
      },
      required: ['total'],
      additionalProperties: false,
    }),
  },
  pages: {
    Home: jsonSchema({ type: 'object', properties: {}, additionalProperties: false }), // 3 messages
  },
  // 1 message
  traits: jsonSchema({
    type: 'object',
    properties: {
      email: { type: 'string', format: 'email' }, // 1
      age: { type: 'number' }, // 1
    },
    additionalProperties: false,
  }),
})

export default plan
`)
    }))

  it('shows no value that could be somebody’s, or a secret', () =>
    withProject(async ({ write, run }) => {
      const personal: Record<string, string> = {
        email: 'jane@example.com',
        contact: 'mail me: jane@example.com',
        password: 'hunter2',
        api_key: 'sk_live',
        firstName: 'Janet',
        Phone: '555 01 99',
        shippingAddress: 'Elm Street',
        call: '+49 151 234567',
        card: '4111 1111 1111 1111',
        session: 'deadbeefcafe0123',
        link: 'https://example.com/?user=jane',
        jwt: 'eyJhbGciOiJIUzI1NiJ9abcdef',
        born: '1990-02-17',
      }
      write('m.ndjson', [
        ...many(100, (n) => ({
          type: 'identify',
          userId: `u${n}`,
          traits: {
            ...personal,
            rare: n === 7 ? 'Rarity' : 'common',
            pet: n % 50 < 25 ? 'cat' : 'dog',
          },
        })),
        ...many(100, (n) => track(`Invited friend${n}@example.com`, {})),
        ...many(100, (n) => track('Viewed', { byUser: { [`user${n}@example.com`]: 1 } })),
        track('Order 1234567', {}),
      ])
      for (const schema of ['json-schema', 'zod']) {
        const { code, stdout } = await run(['plan', 'infer', 'm.ndjson', '--schema', schema])
        expect(code).to.equal(0)
        for (const value of Object.values(personal)) expect(stdout).not.to.include(value)
        expect(stdout).not.to.match(/@|1234567|Rarity/)
        // Others it does show.
        expect(stdout).to.include("['cat', 'dog']").and.to.include('"common" 99')
        expect(stdout).to.include("unplanned: 'allow'")
        expect(stdout).to.include('101 track messages with a name that is made of data')
      }
      const { stdout } = await run(['plan', 'infer', 'm.ndjson', '--no-examples'])
      expect(stdout).not.to.match(/cat|common/)
    }))

  it('writes code that does what it says, whatever is in the messages', () =>
    withProject(async ({ write, run, at }) => {
      const evil = [
        '*/ throw 1 //',
        '\u2028throw 1',
        "'; throw 1; '",
        '${process.exit(9)}',
        '`',
        '\\',
        '\n\r\u0000\u202e',
        '__proto__',
        'constructor',
        '</script>',
        '"',
      ]
      write(
        'm.ndjson',
        evil.flatMap((name) =>
          many(60, (n) => ({
            type: 'track',
            userId: 'u',
            event: name,
            properties: JSON.parse(
              `{${JSON.stringify(name)}:${JSON.stringify(n % 2 ? name : `${name}b`)},"ok":1}`,
            ) as object,
          })),
        ),
      )
      for (const schema of ['json-schema', 'zod']) {
        const out = `${schema}.mjs`
        const inferred = await run(['plan', 'infer', 'm.ndjson', '--schema', schema, '--out', out])
        expect(inferred).to.include({ code: 0 })
        const { events } = ((await import(at(out))) as { plan: { events: object } }).plan
        expect(Object.keys(events)).to.have.members(evil)
        expect(await run(['plan', 'check', 'm.ndjson', '--plan', out])).to.deep.include({
          code: 0,
          stdout: '660 messages: all are as planned\n',
        })
      }
    }))

  it('reads a store, a collector that runs, and dead letters', () =>
    withProject(async ({ collector, at, write, run }) => {
      const db = at('events.db')
      const stored = await startCollector({ db, token: 'the-token' })
      try {
        for (const target of [stored, collector]) {
          await fetch(`${target.url}/v1/track`, {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              authorization: `Basic ${btoa(`${secret}:`)}`,
            },
            body: JSON.stringify({
              userId: 'u1',
              event: 'Signed Up',
              properties: { plan: 'free' },
            }),
          })
        }
        const live = await run(['plan', 'infer', collector.url])
        expect(live).to.include({ code: 0 })
        expect(live.stdout).to.include("'Signed Up': jsonSchema(")
        expect(await run(['plan', 'infer', stored.url])).to.deep.include({
          code: 2,
          stderr: `selfsame: ${stored.url} wants a token: name its environment variable with --token-env\n`,
        })
        const env = { TOKEN: 'the-token' }
        const open = await run(['plan', 'infer', stored.url, '--token-env', 'TOKEN'], { env })
        expect(open.stdout).to.equal(live.stdout)
      } finally {
        await stored.close()
      }
      const fromStore = await run(['plan', 'infer', '--store', db])
      expect(fromStore.stdout).to.include("'Signed Up': jsonSchema(")
      expect(await run(['plan', 'infer', '--store', 'nothing.db'])).to.deep.include({
        code: 2,
        stderr: 'selfsame: there is no store nothing.db\n',
      })
      write('letters.ndjson', [
        { at: '2024-01-01T00:00:00Z', code: 'rejected', reason: 'r', message: track('Lost', {}) },
      ])
      expect((await run(['plan', 'infer', 'letters.ndjson'])).stdout).to.include(
        'Lost: jsonSchema(',
      )
    }))

  it('leaves pages open if some have no name, and replaces no file unasked', () =>
    withProject(async ({ write, run, read }) => {
      write(
        'm.json',
        JSON.stringify([
          track('A', {}),
          { type: 'page', userId: 'u', name: 'Home' },
          { type: 'page', userId: 'u' },
        ]),
      )
      write('plan.ts', 'mine')
      const args = ['plan', 'infer', 'm.json', '--out', 'plan.ts']
      expect(await run(args)).to.deep.include({
        code: 2,
        stderr: 'selfsame: plan.ts exists: give --force to replace it\n',
      })
      expect(read('plan.ts')).to.equal('mine')
      expect(await run([...args, '--force'])).to.include({ code: 0 })
      expect(read('plan.ts')).to.include('// 1 page message without a name: pages are left open.')
      expect(read('plan.ts')).not.to.include('pages: {')
    }))

  it('says what is wrong if there is no message', () =>
    withProject(async ({ write, run }) => {
      write('users.csv', 'id,email\n1,a@example.com\n')
      const none = await run(['plan', 'infer', 'users.csv'])
      expect(none.code).to.equal(2)
      expect(none.stderr).to.match(
        /there is no message: users\.csv:2: it has no type .*need a mapping/,
      )
      expect((await run(['plan', 'infer'])).stderr).to.include('give files of messages')
      expect((await run(['plan', 'infer', 'none.ndjson'])).code).to.equal(2)
      expect((await run(['plan', 'infer', 'http://127.0.0.1:9'])).stderr).to.include(
        'does not answer',
      )
    }))
})

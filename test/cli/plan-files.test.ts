// `selfsame plan export`, `import` and `diff`: plans as files of others.

import { Validator } from '@cfworker/json-schema'
import { expect } from 'chai'
import { track, withProject, type Project } from './plan-project.js'

const plan = `
import { definePlan, jsonSchema, typed } from 'selfsame/plan'
import { z } from 'zod'
const tree = z.object({ name: z.string(), get children() { return z.array(tree) } })
export default definePlan({
  events: {
    'Order Completed': z.strictObject({
      revenue: z.number(),
      plan: z.enum(['free', 'premium']).optional(),
      items: z.array(z.object({ sku: z.string().describe('Of the article | <b>') })).optional(),
    }).describe('An order was paid.'),
    'A/B~ Tested %': jsonSchema({ type: 'object', properties: { group: { type: 'string' } } }),
    Tree: tree,
    'Signed Up': typed(),
  },
  pages: { Home: z.object({}) },
  traits: z.object({ email: z.email() }),
})
`

async function exported({ write, run, read }: Project): Promise<Record<string, unknown>> {
  write('plan.mjs', plan)
  const done = await run(['plan', 'export', '--json-schema', '--out', 'plan.json'])
  expect(done.stderr).to.equal(
    '"Signed Up" allows anything: a TypeScript type alone\nwritten: plan.json\n',
  )
  expect(done.code).to.equal(0)
  return JSON.parse(read('plan.json')) as Record<string, unknown>
}

describe('selfsame plan export', () => {
  it('writes a JSON Schema that any validator can check messages by', () =>
    withProject(async (project) => {
      const validator = new Validator(await exported(project), '2020-12')
      const isRight = (message: object) => validator.validate(message).valid
      const order = (properties: object) => track('Order Completed', properties)
      expect(isRight(order({ revenue: 1, items: [{ sku: 'a' }] }))).to.equal(true)
      expect(isRight(order({ revenue: '1' }))).to.equal(false)
      expect(isRight(order({ revenue: 1, other: 1 }))).to.equal(false)
      expect(isRight(track('Order completed', {}))).to.equal(false)
      expect(isRight(track('A/B~ Tested %', { group: 'a' }))).to.equal(true)
      expect(isRight(track('A/B~ Tested %', { group: 1 }))).to.equal(false)
      const leaf = { name: 'a', children: [] }
      expect(isRight(track('Tree', { name: 'a', children: [leaf] }))).to.equal(true)
      expect(isRight(track('Tree', { name: 'a', children: [{ name: 1 }] }))).to.equal(false)
      expect(isRight(track('Signed Up', { any: 1 }))).to.equal(true)
      expect(isRight({ type: 'page', name: 'Home', properties: {} })).to.equal(true)
      expect(isRight({ type: 'page', name: 'Hoem', properties: {} })).to.equal(false)
      expect(isRight({ type: 'identify', traits: { email: 'x' } })).to.equal(false)
      expect(isRight({ type: 'identify', traits: { email: 'a@example.com' } })).to.equal(true)
      expect(isRight({ type: 'screen', name: 'Any' })).to.equal(true)
      expect(isRight({ type: 'unknown' })).to.equal(false)
    }))

  it('writes a page for people', () =>
    withProject(async ({ write, run }) => {
      write('plan.mjs', plan)
      const { code, stdout } = await run(['plan', 'export', 'plan.mjs', '--markdown'])
      expect(code).to.equal(0)
      expect(stdout).to.include(`### Order Completed

An order was paid.

| Name | Type | Required | Description |
| --- | --- | --- | --- |
| \`revenue\` | number | yes |  |
| \`plan\` | "free", "premium" | no |  |
| \`items\` | array of object | no |  |
| \`items[].sku\` | string | yes | Of the article \\| &lt;b> |
`)
      expect(stdout).to.include('### Signed Up\n\na TypeScript type alone\n\nAny properties.')
      expect(stdout).to.include('## Traits of users\n\n| Name')
    }))

  it('knows arktype, and says what valibot needs', () =>
    withProject(async ({ write, run, install }) => {
      install('arktype')
      install('valibot')
      write(
        'plan.mjs',
        `import { definePlan } from 'selfsame/plan'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
export default definePlan({ events: { A: type({ n: 'number' }), V: v.object({ n: v.number() }), D: z.object({ at: z.date() }) } })`,
      )
      const { stdout, stderr } = await run(['plan', 'export', '--json-schema'])
      const { $defs } = JSON.parse(stdout) as { $defs: { events: { $defs: { A: object } } } }
      expect($defs.events.$defs.A).to.have.nested.property('properties.n.type', 'number')
      expect(stderr).to.include(
        '"V" allows anything: valibot has no JSON Schema for it; install @valibot/to-json-schema\n',
      )
      install('@valibot/to-json-schema')
      const more = await run(['plan', 'export', '--json-schema'])
      expect(more.stderr).not.to.include('"V"')
      expect(more.stdout).to.match(
        /"V": \{\s+"type": "object",\s+"properties": \{\s+"n": \{\s+"type": "number"/,
      )
      expect(stderr).to.include('"D" allows anything: zod has no JSON Schema for it: Date cannot')
    }))

  it('asks which of the two', () =>
    withProject(async ({ run }) => {
      const none = await run(['plan', 'export'])
      expect(none).to.deep.include({
        code: 2,
        stderr: 'selfsame: give --json-schema or --markdown\n',
      })
    }))
})

describe('selfsame plan import', () => {
  /** Imports JSON, and says what is wrong with messages by the plan that was written. */
  async function imported({ write, run }: Project, json: unknown, messages: readonly object[]) {
    write('foreign.json', JSON.stringify(json))
    write('m.ndjson', messages)
    const results: string[] = []
    let said = ''
    for (const schema of ['json-schema', 'zod']) {
      const args = [
        'plan',
        'import',
        'foreign.json',
        '--schema',
        schema,
        '--out',
        'plan.mjs',
        '--force',
      ]
      const { code, stderr } = await run(args)
      expect(stderr).to.include('written: plan.mjs')
      expect(code).to.equal(0)
      said = stderr
      const checked = await run(['plan', 'check', 'm.ndjson', '--json'])
      const { violations } = JSON.parse(checked.stdout) as {
        violations: { field: string; first: string }[]
      }
      results.push(
        violations
          .map(({ field, first }) => `${first.slice(9)} ${field}`)
          .sort()
          .join('\n'),
      )
    }
    expect(results[1], 'zod finds what JSON Schema finds').to.equal(results[0])
    return { found: results[0]!.split('\n'), said }
  }

  const messages = [
    track('Order Completed', { revenue: 1, note: null }),
    track('Order Completed', { revenue: '1' }),
    track('Order Completed', {}),
    { type: 'identify', userId: 'u', traits: { email: 1 } },
    { type: 'group', userId: 'u', groupId: 'g', traits: { name: 1 } },
    track('Unknown', {}),
  ]
  const found = [
    '2 properties.revenue',
    '3 properties.revenue',
    '4 traits.email',
    '5 traits.name',
    '6 event',
  ]

  const draft7 = 'http://json-schema.org/draft-07/schema#'
  const part = (name: string, field: string, type: unknown, required: boolean) => ({
    $schema: draft7,
    type: 'object',
    properties: {
      context: {},
      properties: {},
      traits: {},
      [name]: {
        id: `/properties/${name}`,
        type: 'object',
        properties: { [field]: { id: `/properties/${name}/${field}`, description: '', type } },
        ...(required ? { required: [field] } : {}),
      },
    },
  })
  const order = part('properties', 'revenue', 'number', true)
  const email = part('traits', 'email', ['string', 'null'], false)
  const name = part('traits', 'name', 'string', false)

  it('reads the rules of Segment’s Public API', () =>
    withProject(async (project) => {
      const rule = (type: string, key: string | null, jsonSchema: object) => ({
        ...{ type, key, jsonSchema, version: 1, createdAt: '2024-01-01' },
      })
      const context = { properties: { context: { required: ['device'], type: 'object' } } }
      const json = {
        data: {
          rules: [
            rule('TRACK', 'Order Completed', {
              ...order,
              labels: { owner: 'me' },
              description: 'Paid.',
            }),
            rule('IDENTIFY', null, email),
            rule('GROUP', null, name),
            rule('COMMON', null, context),
          ],
          pagination: { current: 'MA==' },
        },
      }
      const result = await imported(project, json, messages)
      expect(result.found).to.deep.equal(found)
      expect(result.said).to.include('What common says of context is left out')
      expect(project.read('plan.mjs')).not.to.match(/labels|\/properties\//)
    }))

  it('reads a tracking plan of Segment’s Config API', () =>
    withProject(async (project) => {
      const json = {
        name: 'workspaces/w/tracking-plans/rs_1',
        display_name: 'Shop',
        rules: {
          events: [{ name: 'Order Completed', description: 'd', version: '1', rules: order }],
          global: { properties: { context: {}, properties: {}, traits: {} } },
          identify: email,
          group: name,
          identify_traits: [],
          group_traits: [],
        },
      }
      expect((await imported(project, json, messages)).found).to.deep.equal(found)
    }))

  it('reads a tracking plan of RudderStack, with references and properties as a list', () =>
    withProject(async (project) => {
      const json = {
        id: 'tp_1',
        name: 'Shop',
        version: 3,
        events: [
          {
            name: 'Order Completed',
            eventType: 'track',
            identitySection: 'properties',
            rules: {
              $schema: 'https://json-schema.org/draft/2019-09/schema',
              type: 'object',
              properties: {
                properties: {
                  type: 'object',
                  properties: { revenue: { $ref: '#/$defs/Money' } },
                  required: ['revenue'],
                },
                $defs: { Money: { type: 'number' } },
              },
            },
          },
          {
            name: '',
            eventType: 'identify',
            identitySection: 'context.traits',
            properties: [
              {
                name: 'email',
                type: 'string, null',
                required: false,
                propConfig: { minLength: 3 },
              },
            ],
          },
          { name: '', eventType: 'group', rules: name },
          { name: '', eventType: 'page', rules: order },
        ],
      }
      const result = await imported(project, json, messages)
      expect(result.found).to.deep.equal(found)
      expect(result.said).to.include(
        'page is left out: a plan has rules for each page by its name.',
      )
    }))

  it('reads what export wrote, and a simple map of JSON Schemas', () =>
    withProject(async (project) => {
      await exported(project)
      const again = await project.run(['plan', 'import', 'plan.json', '--out', 'again.mjs'])
      expect(again).to.include({ code: 0 })
      const diff = await project.run(['plan', 'diff', 'plan.mjs', 'again.mjs'])
      expect(diff).to.deep.include({ code: 0, stdout: 'the plans are the same\n' })
      const simple = {
        events: { 'Order Completed': order.properties.properties },
        traits: email.properties.traits,
        groupTraits: name.properties.traits,
      }
      expect((await imported(project, simple, messages)).found).to.deep.equal(found)
    }))

  for (const [what, json, says] of [
    ['anything else', '{"a":1}', 'foreign.json is no plan that is known; allowed: '],
    ['what is not JSON', '{', 'foreign.json is not JSON'],
    [
      'a schema that no plan could have',
      '{"events":{"A":{"type":"strng"}}}',
      'foreign.json: "A": jsonSchema(): /type is "strng"; allowed: string, ',
    ],
  ] as const) {
    it(`refuses ${what}`, () =>
      withProject(async ({ write, run }) => {
        write('foreign.json', json)
        const { code, stderr } = await run(['plan', 'import', 'foreign.json'])
        expect(stderr).to.include(says)
        expect(code).to.equal(2)
      }))
  }
})

describe('selfsame plan diff', () => {
  const before = {
    events: {
      Kept: {
        type: 'object',
        properties: {
          a: { type: 'number' },
          b: { type: 'string', enum: ['x', 'y'] },
          c: { type: 'string', maxLength: 5 },
          d: { type: 'integer' },
          e: { type: 'array', items: { type: 'string' } },
          f: {},
          g: { anyOf: [{ type: 'string' }] },
        },
        required: ['a'],
        additionalProperties: false,
      },
      Gone: { type: 'object' },
    },
    traits: { type: 'object', properties: { email: { type: 'string' } } },
  }
  const after = {
    events: {
      Kept: {
        type: 'object',
        properties: {
          a: { type: ['number', 'null'] },
          b: { type: 'string', enum: ['x', 'z'] },
          c: { type: 'string', maxLength: 4 },
          d: { type: 'number' },
          e: { type: 'array', items: { type: 'number' } },
          g: { anyOf: [{ type: 'number' }] },
          h: { type: 'string' },
          i: { type: 'string' },
        },
        required: ['b', 'i'],
        additionalProperties: false,
      },
      New: { type: 'object' },
    },
    traits: { type: 'object', properties: { email: { type: 'string', format: 'email' } } },
  }

  it('says what a change breaks, what it may break, and what it does not', () =>
    withProject(async ({ write, run }) => {
      write('before.json', JSON.stringify(before))
      write('after.json', JSON.stringify(after))
      const { code, stdout } = await run(['plan', 'diff', 'before.json', 'after.json'])
      const kept = 'event "Kept", properties'
      expect(stdout).to.equal(`These break what was as planned:
  ${kept}.b: is required now
  ${kept}.b: no longer allows "y"
  ${kept}.c: maxLength was 5, is 4
  ${kept}.e.*: was string, is number
  ${kept}.f: is gone
  ${kept}.i: new, and required
  event "Gone": is gone
  identify, traits.email: format was nothing, is "email"
These may:
  ${kept}.g: anyOf has changed
These do not:
  ${kept}.a: may be left out now
  ${kept}.a: was number, is number or null
  ${kept}.b: also allows "z"
  ${kept}.d: was integer, is number
  ${kept}.h: new
  event "New": new
`)
      expect(code).to.equal(3)
      const json = await run(['plan', 'diff', 'before.json', 'after.json', '--json'])
      const { changes } = JSON.parse(json.stdout) as { changes: object[] }
      expect(changes).to.have.lengthOf(15)
      expect(changes[0]).to.have.all.keys('place', 'what', 'breaks')
    }))

  it('exits with 0 if nothing breaks', () =>
    withProject(async ({ write, run }) => {
      write('before.json', JSON.stringify({ events: { A: { type: 'object' } } }))
      write(
        'after.json',
        JSON.stringify({ events: { A: { type: 'object' }, B: {} }, unplanned: 'allow' }),
      )
      expect(await run(['plan', 'diff', 'before.json', 'before.json'])).to.include({ code: 0 })
      expect(await run(['plan', 'diff', 'before.json', 'after.json'])).to.include({ code: 0 })
      expect(await run(['plan', 'diff', 'after.json', 'before.json'])).to.include({ code: 3 })
    }))
})

// The schemas of a plan are users' code: of zod, valibot and arktype, and of anybody.

import { runInNewContext } from 'node:vm'
import { type } from 'arktype'
import { expect } from 'chai'
import * as v from 'valibot'
import { z } from 'zod'
import { Analytics } from '../../lib/index.js'
import {
  checkMessage,
  definePlan,
  type AnySchema,
  type StandardSchema,
} from '../../lib/plan/index.js'
import { observeUserCode } from '../../lib/runtime/user-code.js'
import { warningsOf } from '../support/warnings.js'
import { withPlan } from './planned-client.js'

const userId = 'u1'
const wrong = (call: object): never => call as never

/** A schema by hand. */
function schema(validate: (value: unknown) => unknown): StandardSchema<{ n?: number }> {
  return { '~standard': { version: 1, vendor: 'test', validate: validate as never } }
}

interface Tree {
  name: string
  children: Tree[]
}
const zodTree: z.ZodType<Tree, Tree> = z.lazy(() =>
  z.object({ name: z.string(), children: z.array(zodTree) }),
)
const valibotTree: v.GenericSchema<Tree> = v.object({
  name: v.string(),
  children: v.array(v.lazy(() => valibotTree)),
})
const arkTree = type.module({ tree: { name: 'string', children: 'tree[]' } })
  .tree as unknown as StandardSchema<Tree>

const libraries = {
  zod: {
    order: z.object({ revenue: z.number(), coupon: z.string().trim().default('none') }),
    tree: zodTree,
  },
  valibot: {
    order: v.object({
      revenue: v.number(),
      coupon: v.optional(v.pipe(v.string(), v.trim()), 'none'),
    }),
    tree: valibotTree,
  },
  arktype: {
    order: type({ revenue: 'number', coupon: type('string.trim').default('none') }),
    tree: arkTree,
  },
}

for (const [library, { order, tree }] of Object.entries(libraries)) {
  describe(`a plan by ${library}`, () => {
    const events = {
      'Order Completed': order as StandardSchema<{ revenue: number; coupon?: string }>,
      Tree: tree,
    }
    const strict = definePlan({ events })

    it('takes what fits, and names the field of what does not', () => {
      const check = (properties: unknown) =>
        checkMessage(strict, {
          type: 'track',
          event: 'Order Completed',
          properties,
        })?.violations.map(({ type: kind, field }) => `${kind} ${field}`)
      expect(check({ revenue: 9.5 })).to.equal(undefined)
      expect(check({ revenue: '9.5' })).to.deep.equal(['Invalid Value properties.revenue'])
      expect(check({})).to.deep.equal(['Required properties.revenue'])
      expect(check({ revenue: 1, coupon: 3 })).to.deep.equal(['Invalid Value properties.coupon'])
      expect(check('text')).to.deep.equal(['Invalid Value properties'])
    })

    it('may be recursive', () => {
      const leaf = { name: 'leaf', children: [] }
      const check = (child: unknown) =>
        checkMessage(strict, {
          type: 'track',
          event: 'Tree',
          properties: { name: 'root', children: [leaf, { name: 'branch', children: [child] }] },
        })?.violations[0]?.field
      expect(check(leaf)).to.equal(undefined)
      expect(check({ name: 1, children: [] })).to.equal('properties.children.1.children.0.name')
    })

    it('sends what was passed, not what the schema makes of it', () =>
      withPlan(strict, { onViolation: 'throw' }, async ({ analytics, collector }) => {
        analytics.track({
          userId,
          event: 'Order Completed',
          properties: { revenue: 1, coupon: ' A ' },
        })
        analytics.track({ userId, event: 'Order Completed', properties: { revenue: 1 } })
        await analytics.flush()
        expect(collector.messages.map(({ properties }) => properties)).to.deep.equal([
          { revenue: 1, coupon: ' A ' },
          { revenue: 1 },
        ])
      }))

    it('sends what the schema makes of it with transform: true', () =>
      withPlan(
        definePlan({ events, transform: true }),
        { onViolation: 'throw' },
        async ({ analytics, collector }) => {
          const properties = { revenue: 1, coupon: ' A ' }
          analytics.track({ userId, event: 'Order Completed', properties })
          analytics.track({ userId, event: 'Order Completed', properties: { revenue: 1 } })
          await analytics.flush()
          expect(collector.messages.map((message) => message.properties)).to.deep.equal([
            { revenue: 1, coupon: 'A' },
            { revenue: 1, coupon: 'none' },
          ])
          expect(properties).to.deep.equal({ revenue: 1, coupon: ' A ' })
        },
      ))
  })
}

describe('an asynchronous schema is refused when the client is made', () => {
  const asynchronous: Record<string, AnySchema> = {
    'by hand, an async function': schema((value) => Promise.resolve({ value })),
    'by hand, a thenable': schema(() => ({ then: () => undefined })),
    'a refinement of zod': z.object({ n: z.number() }).refine(async () => Promise.resolve(true)),
    'within a schema of zod': z.object({
      list: z.array(z.object({ s: z.string().refine(async () => Promise.resolve(true)) })),
    }),
    'a transformation of zod': z.object({
      s: z.string().transform(async (s) => Promise.resolve(s)),
    }),
    'in the second part of a pipe of zod': z
      .object({ s: z.string() })
      .pipe(z.object({ s: z.string().refine(async () => Promise.resolve(true)) })),
    'an option of a union of zod': z.union([
      z.object({ a: z.string() }),
      z.object({ b: z.string().refine(async () => Promise.resolve(true)) }),
    ]),
    valibot: v.objectAsync({
      n: v.pipeAsync(
        v.number(),
        v.checkAsync(() => Promise.resolve(true)),
      ),
    }),
  }
  for (const [what, given] of Object.entries(asynchronous)) {
    it(what, () => {
      const plan = definePlan({ events: { 'Order Completed': given } })
      expect(() => new Analytics({ writeKey: 'k', plan })).to.throw(
        TypeError,
        'option plan is one in which the schema of "Order Completed" is asynchronous; allowed: schemas that answer at once',
      )
    })
  }

  it('or is a violation when it turns out to be so', () =>
    withPlan(
      definePlan({
        events: {
          E: schema((value) =>
            value === undefined ? { value } : Promise.reject(new Error('handled by nobody')),
          ),
        },
      }),
      { onViolation: 'report' },
      async ({ analytics, collector }) => {
        const warnings = await warningsOf(async () => {
          analytics.track({ userId, event: 'E', properties: { n: 1 } })
          await analytics.flush()
        })
        expect(warnings[0]!.message).to.include(
          'track "E" is not as planned: the schema is asynchronous',
        )
        expect(collector.messages[0]!.context).to.have.nested.property(
          'violations.0.type',
          'Schema Error',
        )
      },
    ))
})

describe('a schema that misbehaves', () => {
  /** Tracks E, and says what was found. */
  async function found(validate: (value: unknown) => unknown, properties: object = { n: 1 }) {
    let violations: unknown
    let text = ''
    await withPlan(
      definePlan({ events: { E: schema(validate) }, transform: true }),
      { onViolation: 'report' },
      async ({ analytics, collector }) => {
        const warnings = await warningsOf(async () => {
          analytics.track(wrong({ userId, event: 'E', properties }))
          await analytics.flush()
        })
        text = warnings.map(({ message }) => message).join('\n')
        expect(collector.messages).to.have.lengthOf(1)
        violations = (collector.messages[0]!.context as { violations?: unknown }).violations
      },
    )
    return { violations, text }
  }

  it('throws: the message is sent, and the warning quotes nothing of the error', async () => {
    const { violations, text } = await found(() => {
      throw new Error('a secret value')
    })
    expect(violations).to.deep.equal([
      {
        type: 'Schema Error',
        field: 'properties',
        description: 'the schema threw: a secret value',
      },
    ])
    expect(text).to.include('track "E" is not as planned: the schema threw.')
    expect(text).not.to.include('secret')
  })

  for (const [what, thrown] of [
    ['nothing', undefined],
    [
      'an object whose message throws',
      Object.defineProperty(new Error(), 'message', {
        get: () => {
          throw new Error('no')
        },
      }),
    ],
    [
      'a Proxy that throws',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no')
          },
          getPrototypeOf: () => {
            throw new Error('no')
          },
        },
      ),
    ],
  ] as const) {
    it(`throws ${what}`, async () => {
      const { violations } = await found(() => {
        throw thrown as Error
      })
      expect(violations).to.have.nested.property('0.type', 'Schema Error')
    })
  }

  for (const [what, answer] of [
    ['nothing', undefined],
    ['null', null],
    ['issues that are no list', { issues: 3 }],
    ['an issue that is null', { issues: [null] }],
    [
      'issues that throw',
      {
        get issues() {
          throw new Error('no')
        },
      },
    ],
    ['a value that is no object, of a plan that transforms', { value: 'text' }],
  ] as const) {
    it(`answers ${what}`, async () => {
      const { violations } = await found(() => answer)
      expect(violations).to.have.nested.property('0.type', 'Schema Error')
    })
  }

  it('finds something wrong and does not say what', async () => {
    const { violations } = await found(() => ({ issues: [] }))
    expect(violations).to.have.nested.property('0.type', 'Invalid Value')
  })

  it('is strict: each key that it does not know is named', async () => {
    const { violations, text } = await found(
      (value) => z.strictObject({ n: z.number() })['~standard'].validate(value),
      { n: 1, m: 2, o: undefined },
    )
    expect(violations).to.deep.equal([
      {
        type: 'Invalid Value',
        field: 'properties.m',
        description: 'properties.m is not in the schema',
      },
      {
        type: 'Invalid Value',
        field: 'properties.o',
        description: 'properties.o is not in the schema',
      },
    ])
    expect(text).to.include('properties.m is not in the schema; properties.o is not in the schema')
  })

  it('has no end of issues, with long texts and paths: they are cut', async () => {
    function* endless(): Generator<object> {
      for (;;)
        yield { message: 'x'.repeat(10_000), path: Array.from({ length: 1_000 }, () => 'key') }
    }
    const { violations } = await found(() => ({ issues: endless() }))
    expect(JSON.stringify(violations).length).to.be.below(4_000)
  })

  it('says where by objects, symbols and numbers', async () => {
    const path = [{ key: 'list' }, 0, Symbol('s'), '__proto__']
    const { violations } = await found(() => ({ issues: [{ message: 'm', path }] }))
    expect(violations).to.have.nested.property('0.field', 'properties.list.0.Symbol(s).__proto__')
  })

  it('is of another realm', async () => {
    const validate = runInNewContext(
      '(value) => ({ issues: [{ message: "no", path: ["n"] }] })',
    ) as () => unknown
    const { violations } = await found(validate)
    expect(violations).to.deep.equal([
      { type: 'Invalid Value', field: 'properties.n', description: 'no' },
    ])
  })

  it('reads a property whose getter throws', async () => {
    const properties = Object.defineProperty({ n: 1 }, 'hidden', {
      enumerable: false,
      get: () => {
        throw new Error('no')
      },
    })
    const { violations } = await found(
      (value) => ({ value: (value as { hidden: 1 }).hidden }),
      properties,
    )
    expect(violations).to.have.nested.property('0.type', 'Schema Error')
  })

  it('calls back into the client: that call is sent, and told of as not checked', async () => {
    let client: { track: (call: never) => boolean } | undefined
    const plan = definePlan({
      events: {
        E: schema((value) => {
          client?.track(wrong({ userId, event: 'E', properties: { n: 2 } }))
          return { value }
        }),
      },
    })
    await withPlan(plan, { onViolation: 'report' }, async ({ analytics, collector }) => {
      client = analytics
      const warnings = await warningsOf(async () => {
        analytics.track({ userId, event: 'E', properties: { n: 1 } })
        await analytics.flush()
      })
      expect(collector.messages.map(({ properties }) => properties)).to.have.deep.members([
        { n: 1 },
        { n: 2 },
      ])
      expect(warnings.map(({ message }) => message).join()).to.include(
        'a schema of the plan made the call, which it may not',
      )
    })
  })

  it("is only called where a user's code may run", () => {
    let entered = 0
    const plan = definePlan({ events: { E: schema((value) => ({ value })) } })
    const analytics = new Analytics({
      writeKey: 'k',
      plan,
      flushOnExit: false,
      flushInterval: 100_000,
    })
    const end = observeUserCode(() => entered++)
    try {
      analytics.track({ userId, event: 'E', properties: { n: 1 } })
    } finally {
      end()
    }
    // The fields of the call, and the schema.
    expect(entered).to.equal(2)
  })
})

// A collector with a plan: what is not as planned is kept, and shown beside the message.
import { expect } from 'chai'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { definePlan, jsonSchema, typed } from '../../../lib/plan/index.js'
import { type Collector, type MessageViolation, startCollector } from '../lib/index.js'
import { eachWithCollector, postBatch, track } from './client.js'

const plan = definePlan({
  events: {
    'Signed Up': jsonSchema({
      type: 'object',
      properties: { plan: { enum: ['free', 'premium'] } },
      required: ['plan'],
    }),
    'Logged In': typed<{ method?: string }>(),
  },
  traits: jsonSchema({ type: 'object', properties: { email: { type: 'string' } } }),
})

interface Seen {
  readonly message: { readonly messageId: string }
  readonly planViolations: readonly { type: string; field: string; description: string }[]
}

/** The messages that the API gives, by messageId, with `type field` of what is wrong. */
async function seen(collector: Collector, query = ''): Promise<Record<string, string[]>> {
  const answer = await fetch(`${collector.url}/_/messages?${query}`)
  const { messages } = (await answer.json()) as { messages: readonly Seen[] }
  return Object.fromEntries(
    messages.map(({ message, planViolations }) => [
      message.messageId,
      planViolations.map(({ type, field }) => `${type} ${field}`),
    ]),
  )
}

const missing = 'Required properties.plan'

describe('a collector with a plan', () => {
  const collector = eachWithCollector({ plan })

  it('keeps what is not as planned, and shows what is wrong beside it', async () => {
    await postBatch(collector(), [
      track('right', { properties: { plan: 'free' } }),
      track('wrong', { properties: { plan: 'gold' } }),
      track('without'),
      track('unplanned', { event: 'Signed up' }),
      track('typed', { event: 'Logged In', properties: { method: 1 } }),
      { type: 'identify', userId: 'u1', messageId: 'traits', traits: { email: 1 } },
      { type: 'identify', userId: 'u1', messageId: 'none', traits: null },
    ])
    expect(collector().accepted).to.equal(7)
    expect(await seen(collector())).to.deep.equal({
      right: [],
      wrong: ['Invalid Value properties.plan'],
      without: [missing],
      unplanned: ['Unplanned Event event'],
      typed: [],
      traits: ['Invalid Value traits.email'],
      none: [],
    })
  })

  it('finds them by a filter, says so of one message, and says which name was meant', async () => {
    await postBatch(collector(), [
      track('right', { properties: { plan: 'free' } }),
      track('unplanned', { event: 'Signed up' }),
    ])
    expect(await seen(collector(), 'filter=violation:"Unplanned Event"')).to.have.all.keys(
      'unplanned',
    )
    const answer = await fetch(`${collector().url}/_/messages/unplanned`)
    const { planViolations } = (await answer.json()) as Seen
    expect(planViolations[0]?.description).to.equal(
      '"Signed up" is not in the plan; did you mean "Signed Up"?',
    )
  })

  it('emits violation after the message', async () => {
    const heard: string[] = []
    collector().on('message', ({ messageId }) => heard.push(`message ${messageId}`))
    collector().on('violation', ({ message, violations }: MessageViolation) => {
      heard.push(`violation ${message.messageId} ${violations[0]?.field ?? ''}`)
    })
    await postBatch(collector(), [track('a'), track('b', { properties: { plan: 'free' } })])
    expect(heard).to.deep.equal(['message a', 'violation a properties.plan', 'message b'])
  })

  it('shows them in the live feed', async () => {
    const controller = new AbortController()
    const answer = await fetch(`${collector().url}/_/live`, { signal: controller.signal })
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    await reader.read()
    await postBatch(collector(), [track('a')])
    let text = ''
    while (!text.includes('planViolations')) text += (await reader.read()).value ?? ''
    controller.abort()
    expect(text).to.include('"field":"properties.plan"')
  })

  it('shows each once if the client has found it, too', async () => {
    const written = { type: 'Required', field: 'properties.plan', description: 'by the client' }
    const own = { type: 'Invalid Value', field: 'properties.note', description: 'by another plan' }
    await postBatch(collector(), [track('a', { context: { violations: [written, own] } })])
    expect(await seen(collector())).to.deep.equal({
      a: [missing, 'Invalid Value properties.note'],
    })
  })
})

describe('a collector without a plan', () => {
  const collector = eachWithCollector()

  it('shows what clients have found, and nothing that only looks like it', async () => {
    const written = { type: 'Required', field: 'properties.plan', description: 'is missing' }
    const lists = [[written], [null, 3, { type: 'Required' }], 'Required', { 0: written }]
    await postBatch(
      collector(),
      lists.map((violations, place) => track(`m${place}`, { context: { violations } })),
    )
    expect(await seen(collector())).to.deep.equal({ m0: [missing], m1: [], m2: [], m3: [] })
  })
})

describe('the plan of a collector', () => {
  it('also judges what was in the store before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'selfsame-'))
    try {
      const db = join(folder, 'events.db')
      const before = await startCollector({ db })
      await postBatch(before, [track('a')])
      await before.close()
      const after = await startCollector({ db, plan })
      try {
        expect(await seen(after)).to.deep.equal({ a: [missing] })
      } finally {
        await after.close()
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  for (const [what, given, message] of [
    ['is no plan', {}, 'startCollector: plan must be what definePlan() of selfsame/plan returns'],
    [
      'is asynchronous',
      definePlan({
        events: {
          A: {
            '~standard': {
              version: 1,
              vendor: 'test',
              validate: (value: unknown) => Promise.resolve({ value }),
            },
          },
        },
      }),
      'startCollector: plan must have schemas that answer at once; that of "A" is asynchronous',
    ],
  ] as const) {
    it(`is refused if it ${what}`, async () => {
      const error = await startCollector({ plan: given as never }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(error).to.be.instanceOf(TypeError)
      expect((error as TypeError).message).to.include(message)
    })
  }
})

// `selfsame plan infer` on the messages of the demo, and `check` of them against what it wrote.

import { expect } from 'chai'
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { Analytics } from '../../lib/index.js'
import { withProject } from './plan-project.js'
import type { Collector } from '@selfsame/collector'

const examples = new URL('../../examples/demo/', import.meta.url).href

interface Demo {
  load(analytics: object, collector: Collector): Promise<void>
  signUp(analytics: object, collector: Collector): Promise<string>
}

type Change = (message: Record<string, Record<string, unknown>>) => void

const order = (change: (properties: Record<string, unknown>) => void): Change => {
  return ({ properties }) => change(properties!)
}

/** Ten mistakes, each in a message of this kind, and what `check` says of it. */
const mistakes: readonly (readonly [of: string, mistake: Change, says: string])[] = [
  [
    'Order Completed',
    (m) => Object.assign(m, { event: 'Order completed' }),
    'did you mean "Order Completed"?',
  ],
  [
    'Order Completed',
    (m) => Object.assign(m, { event: 'Cart Left' }),
    '"Cart Left" is not in the plan',
  ],
  ['Order Completed', order((p) => (p.total = '99.5')), 'properties.total is a string'],
  ['Order Completed', order((p) => delete p.orderId), 'properties.orderId is missing'],
  ['Order Completed', order((p) => (p.orderId = 12)), 'properties.orderId is a number'],
  ['Order Completed', order((p) => (p.currency = null)), 'properties.currency is null'],
  ['Order Completed', order((p) => (p.items = 2.5)), 'properties.items is a number'],
  ['Order Completed', order((p) => (p.totl = 1)), 'properties.totl is not in the schema'],
  ['identify', ({ traits }) => (traits!.email = 'jane'), 'traits.email is a string'],
  ['Home', (m) => Object.assign(m, { name: 'Hoem' }), 'did you mean "Home"?'],
]

describe('selfsame plan on the 100,000 messages of the demo', function () {
  this.timeout(300_000)

  for (const schema of ['json-schema', 'zod']) {
    it(`writes a plan (${schema}) that they follow, and that finds each of ten mistakes`, () =>
      withProject(async ({ collector, at, read, write, run }) => {
        const count = await demo(collector)
        await saved(collector, at('messages.ndjson'))

        const inferred = await run([
          'plan',
          'infer',
          'messages.ndjson',
          '--schema',
          schema,
          '--out',
          'plan.mjs',
        ])
        expect(inferred).to.deep.include({ code: 0, stdout: '', stderr: 'written: plan.mjs\n' })
        expect(read('plan.mjs')).to.include(`from ${count.toLocaleString('en-US')} messages`)
        expect(read('plan.mjs')).not.to.include('jane@example.com')

        const checked = await run(['plan', 'check', 'messages.ndjson'])
        expect(checked).to.deep.include({
          code: 0,
          stdout: `${count.toLocaleString('en-US')} messages: all are as planned\n`,
        })

        const messages = read('messages.ndjson').trimEnd().split('\n')
        const changed = new Set<number>()
        for (const [of, mistake] of mistakes) {
          const place = messages.findIndex((each, index) => !changed.has(index) && isOf(each, of))
          const message = JSON.parse(messages[place]!) as Parameters<Change>[0]
          mistake(message)
          messages[place] = JSON.stringify(message)
          changed.add(place)
        }
        write('wrong.ndjson', messages.join('\n'))
        const { code, stdout } = await run(['plan', 'check', 'wrong.ndjson'])
        const [first, ...lines] = stdout.trimEnd().split('\n')
        expect(first).to.equal(`10 of ${count.toLocaleString('en-US')} messages violate the plan:`)
        for (const [, , says] of mistakes) {
          expect(
            lines.filter((line) => line.includes(says)),
            says,
          ).to.have.lengthOf(1)
        }
        expect(lines).to.have.lengthOf(10)
        expect(code).to.equal(3)
      }))
  }
})

function isOf(line: string, name: string): boolean {
  const { type, event, name: page } = JSON.parse(line) as Record<string, unknown>
  return [type, event, page].includes(name)
}

/** What `npm run demo` sends, without its outage and what it prints. @returns how many messages */
async function demo(collector: Collector): Promise<number> {
  const { load } = (await import(`${examples}load.js`)) as Demo
  const { signUp } = (await import(`${examples}sign-up.js`)) as Demo
  const analytics = new Analytics({ writeKey: 'the-write-key', host: collector.url, proxy: false })
  const { log } = console
  console.log = () => undefined
  try {
    await signUp(analytics, collector)
    await load(analytics, collector)
    await analytics.close()
  } finally {
    console.log = log
  }
  return collector.accepted
}

/** As the collector gives them to download. */
async function saved(collector: Collector, file: string): Promise<void> {
  const { body } = await fetch(`${collector.url}/_/messages.ndjson`)
  const target = createWriteStream(file)
  await pipeline(body!, target)
  if (!target.closed) await once(target, 'close')
}

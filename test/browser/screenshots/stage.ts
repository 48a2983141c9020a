// The collector of the pictures, and what is sent to it: the same at the same times, always.
import { readFileSync } from 'node:fs'
import { type Collector, startCollector } from '@selfsame/collector'

export const NOW = Date.parse('2026-03-02T09:30:00.000Z')

interface Sent {
  readonly source: 'web' | 'server' | 'segkicks' | 'segruns'
  readonly message: Readonly<Record<string, unknown>>
}

const SOURCES = { w: 'web', s: 'server', k: 'segkicks', r: 'segruns' }

export class Stage {
  readonly #collector: Collector

  static async open(): Promise<Stage> {
    let now = NOW - 20 * 60_000
    // Each request comes 41 seconds after the one before.
    const tick = () => (now += 41_000)
    const clock = { at: tick() }
    const collector = await startCollector({
      // It is seen in the pictures: the one that everybody has.
      port: 8877,
      sources: SOURCES,
      space: 'shop',
      now: () => clock.at,
    })
    return new Stage(collector, () => {
      clock.at = tick()
    })
  }

  readonly #tick: () => void

  private constructor(collector: Collector, tick: () => void) {
    this.#collector = collector
    this.#tick = tick
  }

  get url(): string {
    return this.#collector.url
  }

  async send(sent: readonly Sent[]): Promise<void> {
    for (const { source, message } of sent) {
      const [key = ''] = Object.entries(SOURCES).find(([, name]) => name === source) ?? []
      this.#tick()
      const reply = await this.#collector.fetch(`${this.url}/v1/batch`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${key}:`)}` },
        body: JSON.stringify({ batch: [message] }),
      })
      if (!reply.ok) throw new Error(`answered ${reply.status}`)
    }
  }

  /** A visitor looks around. */
  visit(): Sent[] {
    const page = (name: string): Sent => ({
      source: 'web',
      message: {
        type: 'page',
        messageId: name,
        anonymousId: '5f1c9cc4-3b5f-4d2c',
        name,
        properties: { path: `/${name.toLowerCase()}` },
      },
    })
    return ['Home', 'Features', 'Pricing'].map(page)
  }

  /** The server learns who it is. */
  signUp(): Sent[] {
    return [
      {
        source: 'server',
        message: {
          type: 'identify',
          messageId: 'identify-1',
          anonymousId: '5f1c9cc4-3b5f-4d2c',
          userId: 'user-42',
          traits: { name: 'Jane Doe', email: 'jane@example.com', plan: 'premium' },
        },
      },
    ]
  }

  /** A morning, with the mistakes that happen. */
  async day(): Promise<void> {
    const track = (event: string, properties: object, userId = 'user-42'): Sent => ({
      source: 'server',
      message: { type: 'track', messageId: event, userId, event, properties },
    })
    await this.send([
      ...this.visit(),
      ...this.signUp(),
      track('Signed Up', { plan: 'premium' }),
      track('Project Created', { name: 'Website', members: 3 }),
      track('', { plan: 'premium' }),
      {
        source: 'web',
        message: { type: 'page', messageId: 'p2', anonymousId: 'c0a8-77', name: 'Docs' },
      },
      {
        source: 'server',
        message: {
          type: 'identify',
          messageId: 'refused',
          anonymousId: '5f1c9cc4-3b5f-4d2c',
          userId: 'user-43',
          traits: { email: 'sam@example.com' },
        },
      },
      track('Invoice Paid', { amount: 49, currency: 'EUR' }, 'user-43'),
      {
        source: 'server',
        message: {
          type: 'group',
          messageId: 'g1',
          userId: 'user-42',
          groupId: 'acme',
          traits: { seats: 12 },
        },
      },
      track('Report Viewed', { report: 'weekly' }, 'undefined'),
    ])
  }

  close(): Promise<void> {
    return this.#collector.close()
  }
}

/** The example of Segment's documentation, as the tests have it. */
export function janeDoe(): Sent[] {
  const file = new URL(
    '../../../packages/collector/test/profiles/scenarios/documented.json',
    import.meta.url,
  )
  const scenarios = JSON.parse(readFileSync(file, 'utf8')) as {
    name: string
    messages: (Record<string, unknown> & { source: 'segkicks' | 'segruns' })[]
  }[]
  const jane = scenarios.find(({ name }) => name === 'Jane Doe')
  if (jane === undefined) throw new Error('no such scenario')
  return jane.messages.map(({ source, ...message }, place) => ({
    source,
    message: { ...message, messageId: `jane-${place}` },
  }))
}

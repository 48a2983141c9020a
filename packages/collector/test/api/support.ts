// An API over a store, behind a real HTTP server, and a plain client that asks it.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Api } from '../../lib/api/api.js'
import { Arrivals } from '../../lib/api/arrivals/arrivals.js'
import type { RefusedMessage } from '../../lib/api/arrivals/refusals.js'
import { Asking } from '../../lib/api/asking/asking.js'
import type { GuardOptions } from '../../lib/api/guard/guard.js'
import type { People } from '../../lib/api/needs/needs.js'
import { Misbehaviour } from '../../lib/faults/misbehave.js'
import { answerAsked } from '../../lib/http/asked.js'
import type { CollectedMessage } from '../../lib/messages/message.js'
import { promote } from '../../lib/profiles/promote.js'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { takeIn } from '../../lib/intake/take-in.js'
import { MemoryStore } from '../../lib/store/memory/memory-store.js'
import { openStore } from '../../lib/store/open/open-store.js'
import type { Store } from '../../lib/store/store.js'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body as JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- its shape is what is tested
  readonly json: any
}

export interface Options {
  readonly db?: string
  readonly guard?: Partial<GuardOptions>
  readonly people?: Partial<People>
  readonly now?: () => number
  readonly clear?: () => Promise<void>
}

/** A message of a test: what is missing is filled in. */
export type Draft = Partial<Omit<CollectedMessage, 'type'>> & { type?: string }

const rules = rulesFrom()

export class Bench {
  readonly store: Store
  readonly arrivals: Arrivals
  readonly asking: Asking
  readonly misbehaviour = new Misbehaviour()
  readonly closed = new AbortController()
  readonly calls: unknown[] = []
  readonly #server: Server
  #count = 0

  static async start(options: Options = {}): Promise<Bench> {
    const bench = new Bench(await openStore(options.db), options)
    bench.#server.listen(0, '127.0.0.1')
    await once(bench.#server, 'listening')
    return bench
  }

  constructor(store: Store, { guard, people, now = Date.now, clear }: Options) {
    this.store = store
    this.arrivals = new Arrivals(now)
    const sources = { store, arrivals: this.arrivals }
    this.asking = new Asking(sources, this.closed.signal)
    const note =
      (name: string, result: unknown) =>
      (...values: unknown[]) => {
        this.calls.push([name, ...values])
        return Promise.resolve(result as never)
      }
    const api = new Api({
      ...sources,
      people: {
        explain: note('explain', { isOne: true }),
        split: note('split', { profileId: 'use_split' }),
        erase: note('erase', { messages: 1, rows: 2 }),
        ...people,
      },
      misbehaviour: this.misbehaviour,
      guard: { host: '127.0.0.1', hosts: [], token: undefined, ...guard },
      promote: (message) => promote(message, rules),
      rules,
      clear: () => {
        this.calls.push(['clear'])
        if (clear !== undefined) return clear()
        if (store instanceof MemoryStore) store.clear()
        this.arrivals.cleared()
      },
      now,
      closed: this.closed.signal,
    })
    this.#server = createServer((incoming, response) => {
      const over = new AbortController()
      response.on('close', () => over.abort())
      const onBytes = () => undefined
      const asked = { api, request: incoming, response, signal: over.signal, onBytes }
      answerAsked(asked, () => undefined).catch((error: unknown) => {
        response.writeHead(500)
        response.end(String((error as Error).stack))
      })
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Takes in messages as a collector does, one transaction for all. */
  async take(
    drafts: readonly Draft[],
    { space = 'main', source = 'shop' } = {},
  ): Promise<CollectedMessage[]> {
    const messages = drafts.map((draft) => this.#complete(draft))
    const outcomes = await takeIn(
      this.store,
      rules,
      messages.map((message) => ({ message, space, source })),
    )
    outcomes.forEach((outcome, place) => {
      const message = messages[place]!
      if (outcome.isDuplicate) this.refuse({ kind: 'duplicate', message, space, source })
      else {
        const { seq, profileId, violations } = outcome
        this.arrivals.kept({ seq, message, space, source, profileId }, violations)
      }
    })
    return messages
  }

  refuse(refused: RefusedMessage): void {
    this.arrivals.refused(refused)
  }

  get(target: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send('GET', target, undefined, headers)
  }

  send(
    method: string,
    target: string,
    body?: unknown,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const outgoing = request(`${this.url}${target}`, { method, agent: false, headers })
      outgoing.on('error', reject)
      outgoing.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => (text += part))
        response.on('error', reject)
        response.on('end', () => {
          const isJson = response.headers['content-type']?.startsWith('application/json') === true
          const json: unknown = isJson && text !== '' ? JSON.parse(text) : undefined
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json })
        })
      })
      outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  async close(): Promise<void> {
    this.closed.abort()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
    await this.store.close()
  }

  #complete(draft: Draft): CollectedMessage {
    this.#count += 1
    const at = new Date(Date.UTC(2026, 0, 2, 10, 0, this.#count)).toISOString()
    return {
      type: 'track',
      messageId: `m${this.#count}`,
      receivedAt: at,
      timestamp: at,
      ...(draft.type === undefined || draft.type === 'track' ? { event: 'Signed Up' } : {}),
      ...draft,
    } as CollectedMessage
  }
}

/** A bench for each test of a describe block, closed after it. */
export function eachWithBench(options: Options = {}): () => Bench {
  let bench: Bench | undefined
  beforeEach(async () => {
    bench = await Bench.start(options)
  })
  afterEach(() => bench?.close())
  return () => bench!
}

/** A describe block for each store, with a bench for each of its tests. */
export function inEachStore(
  title: string,
  define: (bench: () => Bench) => void,
  options: Options = {},
): void {
  describe(`${title}, in memory`, () => define(eachWithBench(options)))
  describe(`${title}, in SQLite`, () => {
    let folder: string
    let bench: Bench | undefined
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'selfsame-api-'))
      bench = await Bench.start({ ...options, db: join(folder, 'events.db') })
    })
    afterEach(async () => {
      await bench?.close()
      rmSync(folder, { recursive: true })
    })
    define(() => bench!)
  })
}

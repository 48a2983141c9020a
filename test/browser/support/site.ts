// A site under test: an app on Express or Koa with requestAnalytics, a collector behind it, and pages with an SDK.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import express from 'express'
import Koa from 'koa'
import { startCollector, type CollectedMessage, type Collector } from '@selfsame/collector'
import {
  Analytics,
  forgetUser,
  linkUser,
  type BoundAnalytics,
  type CookieSource,
} from '../../../lib/index.js'
import type { EnsureOptions } from '../../../lib/browser-ids/index.js'
import { requestAnalytics as expressAnalytics } from '../../../lib/web/express.js'
import { requestAnalytics as koaAnalytics } from '../../../lib/web/koa.js'
import { scriptOf, type SdkUnderTest } from './sdk.js'

export const frameworks = ['express', 'koa'] as const
export type Framework = (typeof frameworks)[number]

export interface SiteOptions extends EnsureOptions {
  issue?: boolean
}

/** A request, whichever framework brought it. */
interface Visit {
  incoming: IncomingMessage
  analytics: BoundAnalytics
  request: CookieSource
  response: unknown
}

interface Answer {
  status: number
  type?: string
  body?: string
  headers?: Record<string, string>
}

/** A site for the tests of a describe block. */
export function useSite(framework: Framework, options: SiteOptions = {}): () => Site {
  let site: Site | undefined
  before(async () => {
    site = await Site.start(framework, options)
  })
  after(() => site?.close())
  return () => {
    if (!site) throw new Error('the site is there while tests run')
    return site
  }
}

const types: Record<string, string> = { i: 'identify', t: 'track', p: 'page' }

export class Site {
  readonly collector: Collector
  readonly #analytics: Analytics
  readonly #options: SiteOptions
  readonly #server: Server

  static async start(framework: Framework, options: SiteOptions = {}): Promise<Site> {
    const site = new Site(framework, options, await startCollector({ space: 'site' }))
    site.#server.listen(0, '127.0.0.1')
    await once(site.#server, 'listening')
    return site
  }

  private constructor(framework: Framework, options: SiteOptions, collector: Collector) {
    this.collector = collector
    this.#options = options
    this.#analytics = new Analytics({ writeKey: 'server', host: collector.url, flushAt: 1 })
    this.#server = createServer(framework === 'express' ? this.#express() : this.#koa())
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The message of this event, once it has arrived: exactly one, from whichever side. */
  async message(event: string): Promise<CollectedMessage> {
    const named = (messages: readonly CollectedMessage[]) =>
      messages.filter((message) => message.event === event)
    const [message, ...others] = named(
      await this.collector.waitFor((messages) => named(messages).length > 0),
    )
    if (!message || others.length > 0) throw new Error(`'${event}' has arrived more than once`)
    return message
  }

  /** Resolves when all that the server has tracked has arrived. */
  async delivered(): Promise<void> {
    await this.#analytics.flush()
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await this.#analytics.close()
    await this.collector.close()
  }

  #express() {
    const app = express()
    app.use(expressAnalytics(this.#analytics, this.#options))
    app.use(async (request, response) => {
      const { analytics } = request
      const answer = await this.#answer({ incoming: request, analytics, request, response })
      for (const [name, value] of Object.entries(answer.headers ?? {})) response.append(name, value)
      response
        .status(answer.status)
        .type(answer.type ?? 'text')
        .send(answer.body ?? '')
    })
    return app
  }

  #koa() {
    const app = new Koa()
    app.use(koaAnalytics(this.#analytics, this.#options))
    app.use(async (context) => {
      const { analytics } = context
      const visit = { incoming: context.req, analytics, request: context, response: context }
      const answer = await this.#answer(visit)
      for (const [name, value] of Object.entries(answer.headers ?? {})) context.append(name, value)
      context.status = answer.status
      context.type = answer.type ?? 'text'
      context.body = answer.body ?? ''
    })
    return app.callback()
  }

  async #answer({ incoming, analytics, request, response }: Visit): Promise<Answer> {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://site')
    const value = searchParams.get('value') ?? ''
    const [, place = '', name = ''] = pathname.split('/')
    switch (place) {
      // A page with an SDK; the server tracks it as well, where it knows the visitor.
      case 'page':
        if (analytics.anonymousId !== undefined) analytics.track({ event: `Served ${value}` })
        return { status: 200, type: 'html', body: `<script src="/script/${name}"></script>` }
      case 'script':
        return { status: 200, type: 'js', body: await scriptOf(name as SdkUnderTest) }
      case 'link':
        return { status: linkUser(response, value, this.#linkOptions()) ? 204 : 500 }
      // A login, as docs/linking.md has it.
      case 'login':
        analytics.identify({ userId: value, traits: { plan: 'premium' } })
        return { status: linkUser(response, value, this.#linkOptions()) ? 204 : 500 }
      // A request of somebody who is logged in: the session knows the user.
      case 'session':
        analytics.track({ userId: value, event: 'Used by session' })
        return { status: 204 }
      case 'forget':
        return {
          status: forgetUser(request, response) ? 204 : 500,
          ...(value === 'everything' ? { headers: { 'Clear-Site-Data': '"storage"' } } : {}),
        }
      // A mistake that an app can make by hand.
      case 'set-cookie':
        return { status: 200, headers: { 'Set-Cookie': value } }
      case 'v1':
        return { status: await this.#pass(incoming, name) }
      default:
        return { status: 204 }
    }
  }

  #linkOptions(): { classic?: boolean | undefined } {
    return { classic: this.#options.classic }
  }

  /** The intake of the SDK's events, on the site's own origin. */
  async #pass(incoming: IncomingMessage, letter: string): Promise<number> {
    const answer = await fetch(`${this.collector.url}/v1/${types[letter] ?? letter}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: await text(incoming),
    })
    return answer.status
  }
}

// The page of a collector in a tab of its own, in which nothing may go wrong: no error, no request to elsewhere, nothing
// that the Content-Security-Policy had to stop.
import { expect } from 'chai'
import type { BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { type Collector, type CollectorOptions, startCollector } from '@selfsame/collector'
import { browser } from './chromium.js'

/** Collects what the policy stopped, before any script of the page runs. */
const WATCH_POLICY = `
  window.stopped = []
  document.addEventListener('securitypolicyviolation', (event) => {
    window.stopped.push(event.violatedDirective + ' ' + event.blockedURI)
  })`

export interface Inspector {
  readonly page: Page
  readonly context: BrowserContext
  /** Opens an address of the collector. */
  open(path: string): Promise<void>
  /** What went wrong so far. A restart of the collector breaks connections on purpose. */
  readonly troubles: string[]
}

/** Runs a test with the page of a collector. */
export async function withInspector(
  collector: Pick<Collector, 'url'>,
  test: (inspector: Inspector) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await browser().newContext(options)
  const troubles: string[] = []
  try {
    await context.addInitScript(WATCH_POLICY)
    const page = await context.newPage()
    page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
    page.on('dialog', (dialog) => {
      troubles.push(`a dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    context.on('request', (request) => {
      if (new URL(request.url()).origin !== collector.url)
        troubles.push(`a request to ${request.url()}`)
    })
    const open = async (path: string) => {
      await page.goto(collector.url + path)
      await page.locator('main').waitFor()
    }
    await test({ page, context, open, troubles })
    troubles.push(...(await page.evaluate<string[]>('window.stopped')))
  } finally {
    await context.close()
  }
  expect(troubles).to.deep.equal([])
}

/** Waits until there are so many. */
export async function exactly(elements: Locator, count: number): Promise<void> {
  if (count > 0) await elements.nth(count - 1).waitFor({ state: 'attached' })
  await elements.nth(count).waitFor({ state: 'detached' })
}

/** The sources of the tests, by write key. */
const SOURCES = { 'web-key': 'web', 'app-key': 'app', 'server-key': 'server' }

/** A collector for each test. */
export function eachWithShop(options: CollectorOptions = {}): () => Shop {
  let shop: Shop | undefined
  beforeEach(async () => {
    shop = new Shop(await startCollector({ sources: SOURCES, space: 'shop', ...options }))
  })
  afterEach(() => shop?.collector.close())
  return () => {
    if (shop === undefined) throw new Error('the collector is there while tests run')
    return shop
  }
}

/** A collector, and those who send to it. */
export class Shop {
  readonly collector: Collector

  constructor(collector: Collector) {
    this.collector = collector
  }

  get url(): string {
    return this.collector.url
  }

  async send(source: 'web' | 'app' | 'server', ...batch: object[]): Promise<void> {
    const reply = await fetch(`${this.url}/v1/batch`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${btoa(`${source}-key:`)}`,
      },
      body: JSON.stringify({ batch }),
    })
    expect(reply.status).to.equal(200)
  }

  /** A visitor signs up: the browser's page, then the server's identify and track. */
  async signUp(): Promise<void> {
    await this.send('web', { type: 'page', messageId: 'p1', anonymousId: 'a1', name: 'Pricing' })
    await this.send(
      'server',
      {
        type: 'identify',
        messageId: 'i1',
        anonymousId: 'a1',
        userId: 'u1',
        traits: { email: 'jane@example.com', plan: 'premium' },
      },
      {
        type: 'track',
        messageId: 't1',
        userId: 'u1',
        event: 'Signed Up',
        properties: { plan: 'premium' },
      },
    )
  }

  /** What goes wrong in practice: another user in the same browser, an id that is none, a call without an event. */
  async mistakes(): Promise<void> {
    await this.send('server', {
      type: 'identify',
      messageId: 'i2',
      anonymousId: 'a1',
      userId: 'u2',
    })
    await this.send('server', { type: 'track', messageId: 't2', userId: 'null', event: 'Who' })
    await this.send('server', { type: 'track', messageId: 't3', userId: 'u1', event: '' })
    await this.send('server', { type: 'track', messageId: 't1', userId: 'u1', event: 'Signed Up' })
  }
}

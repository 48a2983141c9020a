// A visitor: an empty profile of Chromium's, its pages, and what the SDK and the cookies in it say.
import { expect } from 'chai'
import type { BrowserContext, Cookie, Page } from 'playwright-core'
import { browser } from './chromium.js'
import type { Sdk, SdkUnderTest } from './sdk.js'
import type { Site } from './site.js'

/** Numbers the loads of all tabs, so that each has an event of its own. */
let allLoads = 0

/** Runs a test with a new visitor, in whose pages nothing else may go wrong either. */
export async function withVisitor(
  site: Site,
  sdk: SdkUnderTest,
  test: (visitor: Visitor) => Promise<void>,
): Promise<void> {
  const context = await browser().newContext()
  const visitor = new Visitor(context, site, sdk)
  try {
    await test(visitor)
  } catch (error) {
    if (visitor.troubles.length > 0) console.error('In the pages:', visitor.troubles)
    throw error
  } finally {
    await context.close()
  }
  expect(visitor.troubles).to.deep.equal([])
}

export class Visitor {
  readonly #context: BrowserContext
  readonly #site: Site
  readonly #sdk: SdkUnderTest
  readonly #troubles: string[] = []
  readonly #hosts = new Set<string>()

  constructor(context: BrowserContext, site: Site, sdk: SdkUnderTest) {
    this.#context = context
    this.#site = site
    this.#sdk = sdk
    context.on('weberror', (error) => this.#troubles.push(error.error().message))
    context.on('request', (request) => {
      const { hostname } = new URL(request.url())
      if (!this.#hosts.has(hostname)) this.#troubles.push(`a request to ${request.url()}`)
    })
  }

  /** Opens a page with the SDK in a new tab. */
  async open(host: string): Promise<Tab> {
    this.#hosts.add(host)
    const tab = new Tab(await this.#context.newPage(), this.#origin(host), this.#sdk)
    await tab.load()
    return tab
  }

  /** Visits a resource that sets this cookie, and runs no script. */
  async given(host: string, setCookie: string): Promise<void> {
    this.#hosts.add(host)
    const page = await this.#context.newPage()
    const query = new URLSearchParams({ value: setCookie })
    await page.goto(`${this.#origin(host)}/set-cookie?${query.toString()}`)
    await page.close()
  }

  /** All cookies of that name, of every domain and path. */
  async cookies(name: string): Promise<Cookie[]> {
    return (await this.#context.cookies()).filter((cookie) => cookie.name === name)
  }

  allCookies(): Promise<Cookie[]> {
    return this.#context.cookies()
  }

  /** As people and expiry do. localStorage stays. */
  loseCookies(): Promise<void> {
    return this.#context.clearCookies()
  }

  /** What should not happen in any page: errors, and requests to elsewhere. */
  get troubles(): readonly string[] {
    return this.#troubles
  }

  #origin(host: string): string {
    return `http://${host}:${this.#site.port}`
  }
}

export class Tab {
  readonly #page: Page
  readonly #origin: string
  readonly #sdk: SdkUnderTest
  #loads = 0

  constructor(page: Page, origin: string, sdk: SdkUnderTest) {
    this.#page = page
    this.#origin = origin
    this.#sdk = sdk
  }

  /** Loads the page, anew if it is there already. */
  async load(): Promise<void> {
    this.#loads = ++allLoads
    await this.#page.goto(`${this.#origin}/page/${this.#sdk}?value=${this.#loads}`)
  }

  /** The event that the server has tracked with the last load, if it knew the visitor. */
  get served(): string {
    return `Served ${this.#loads}`
  }

  /** Calls a function of the SDK in the page. */
  async call<Name extends keyof Sdk>(
    name: Name,
    ...args: Parameters<Sdk[Name]>
  ): Promise<Awaited<ReturnType<Sdk[Name]>>> {
    const result = await this.#page.evaluate(
      async ([name, args]) => {
        const sdk = await (globalThis as unknown as { sdk: Promise<Sdk> }).sdk
        return Reflect.apply(sdk[name], undefined, args) as unknown
      },
      [name, args] as const,
    )
    return result as Awaited<ReturnType<Sdk[Name]>>
  }

  /** A request of the page's to one of the site's actions. */
  async request(path: string): Promise<void> {
    const ok = await this.#page.evaluate(async (path) => (await fetch(path)).ok, path)
    expect(ok, path).to.equal(true)
  }
}

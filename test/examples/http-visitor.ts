// A visitor without a browser: keeps cookies, follows no redirects, and posts events as analytics.js does.
import { parseCookie, parseSetCookie } from 'cookie'

const asItIs = (value: string): string => value

export class HttpVisitor {
  readonly #origin: string
  readonly #cookies = new Map<string, string>()

  constructor(origin: string) {
    this.#origin = origin
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name)
  }

  get(path: string): Promise<Response> {
    return this.#fetch(path, {})
  }

  post(path: string, form: Record<string, string> | FormData = {}): Promise<Response> {
    const body = form instanceof FormData ? form : new URLSearchParams(form)
    return this.#fetch(path, { method: 'POST', body })
  }

  /** A page event with the ids that analytics.js would read from the cookies. */
  browserPage(): Promise<Response> {
    const ids = parseCookie(this.#header())
    const message = {
      type: 'page',
      messageId: `ajs-next-${crypto.randomUUID()}`,
      anonymousId: ids.ajs_anonymous_id,
      userId: ids.ajs_user_id ?? null,
      properties: {},
      context: { library: { name: 'analytics.js' } },
      writeKey: 'browser',
    }
    return this.#fetch('/v1/p', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify(message),
    })
  }

  #header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('cookie', this.#header())
    const answer = await fetch(this.#origin + path, { ...init, headers, redirect: 'manual' })
    for (const text of answer.headers.getSetCookie()) {
      const { name, value = '', maxAge, expires } = parseSetCookie(text, { decode: asItIs })
      const isOver = maxAge === 0 || (expires !== undefined && expires.getTime() <= Date.now())
      if (isOver) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return answer
  }
}

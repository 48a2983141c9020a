// A browser's cookie jar, as far as RFC 6265 matters here: one cookie for each name, domain and path.
import { parseSetCookie } from 'cookie'

interface Held {
  name: string
  value: string
  domain: string
  hostOnly: boolean
}

export class BrowserJar {
  readonly #host: string
  readonly #held = new Map<string, Held>()

  constructor(host: string) {
    this.#host = host
  }

  store(setCookies: readonly string[]): void {
    for (const text of setCookies) {
      const cookie = parseSetCookie(text, { decode: (value) => value })
      const domain = cookie.domain ?? this.#host
      // A browser refuses a cookie for a domain that the host is not in.
      if (domain !== this.#host && !this.#host.endsWith(`.${domain}`)) continue
      const hostOnly = cookie.domain === undefined
      const key = `${cookie.name};${domain};${String(hostOnly)};${cookie.path ?? ''}`
      if (cookie.maxAge === 0) this.#held.delete(key)
      else this.#held.set(key, { name: cookie.name, value: cookie.value ?? '', domain, hostOnly })
    }
  }

  named(name: string): readonly Held[] {
    return [...this.#held.values()].filter((cookie) => cookie.name === name)
  }

  header(): string {
    return [...this.#held.values()].map(({ name, value }) => `${name}=${value}`).join('; ')
  }
}

/** What analytics-next reads from a cookie's value: js-cookie's decoding, then JSON where the text is JSON. */
export function readByNext(value: string): unknown {
  const bare = value.startsWith('"') ? value.slice(1, -1) : value
  const text = bare.replace(/(%[\dA-F]{2})+/gi, decodeURIComponent)
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What the classic analytics.js reads: it throws, and so discards, what is no JSON. */
export function readByClassic(value: string): unknown {
  return JSON.parse(decodeURIComponent(value))
}

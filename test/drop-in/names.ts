// The names that a program may import from @segment/analytics-node, as it uses them.
import {
  Analytics,
  type AliasParams,
  type AnalyticsSettings,
  type Context,
  type GroupParams,
  type GroupTraits,
  type HTTPClient,
  type HTTPClientRequest,
  type HTTPFetchFn,
  type HTTPFetchRequest,
  type HTTPResponse,
  type IdentifyParams,
  type PageParams,
  type TrackParams,
  type UserTraits,
} from '@segment/analytics-node'

export const settings: AnalyticsSettings = { writeKey: 'test', flushAt: 20 }

export class ProxyClient implements HTTPClient {
  async makeRequest({ url, method, headers, body }: HTTPClientRequest): Promise<HTTPResponse> {
    return fetch(url, { method, headers, body })
  }
}

export const traced: HTTPFetchFn = async (url: string, init: HTTPFetchRequest) => fetch(url, init)

/** A wrapper of the kind that applications have around the library. */
export class Tracking {
  readonly #analytics: Analytics = new Analytics({ ...settings, httpClient: traced })

  track(params: TrackParams): void {
    this.#analytics.track(params, (err?: unknown, ctx?: Context) => {
      console.log(err, ctx?.event.messageId)
    })
  }

  join(user: UserTraits, group: GroupTraits): void {
    const identify: IdentifyParams = { userId: 'user-1', traits: user }
    const grouped: GroupParams = { userId: 'user-1', groupId: 'group-1', traits: group }
    const page: PageParams = { anonymousId: 'anon-1', name: 'Pricing' }
    const alias: AliasParams = { userId: 'user-1', previousId: 'anon-1' }
    this.#analytics.identify(identify)
    this.#analytics.group(grouped)
    this.#analytics.page(page)
    this.#analytics.alias(alias)
  }
}

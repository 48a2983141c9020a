// What the option `oauth` takes.

import type { OAuthKey } from '../../delivery/auth/oauth-client-key.js'
import type { HttpClient, HttpFetch } from '../../delivery/transport/http-client.js'

/** OAuth 2.0 with a client assertion: an application of the workspace, and the private key that it signs with. */
export interface OAuthOptions {
  /** The id of the OAuth application. */
  clientId: string
  /**
   * Its private key: the PEM of an RSA key. Or a function that returns or resolves with it, alone or together with its
   * `keyId`: it is called for each new token, so that a key may be changed while the process runs.
   */
  clientKey: string | (() => string | OAuthKey | Promise<string | OAuthKey>)
  /** The id that the public key was given. May be left out if the function `clientKey` gives it. */
  keyId?: string | undefined
  /**
   * The authorization server, without `/token`.
   * @default 'https://oauth2.segment.io'; with Segment's EU endpoint as `host`, 'https://oauth2.eu1.segmentapis.com'
   */
  authServer?: string | undefined
  /**
   * What the token is asked for.
   * @default 'tracking_api:write'
   */
  scope?: string | undefined
  /**
   * The client that asks for tokens.
   * @default the option `httpClient`, or axios
   */
  httpClient?: HttpFetch | HttpClient | undefined
  /** @deprecated For code written for `@segment/analytics-node`. It does nothing: `maxRetryDuration` is the bound. */
  maxRetries?: number | undefined
}

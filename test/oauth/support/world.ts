// Both servers, and clients of them, for one test; all are closed when it ends.

import { Analytics, type AnalyticsError, type AnalyticsOptions } from '../../../lib/index.js'
import { rsaPair } from './keys.js'
import { TokenServer, TrackingServer } from './servers.js'

export const [first, second] = [rsaPair(), rsaPair()] as const

export interface World {
  tokens: TokenServer
  tracking: TrackingServer
  /** A client with OAuth; its errors are in `errors`. */
  client: (
    oauth?: Partial<NonNullable<AnalyticsOptions['oauth']>>,
    options?: Partial<AnalyticsOptions>,
  ) => Analytics
  errors: AnalyticsError[]
}

export async function withOAuth(test: (world: World) => Promise<void>): Promise<void> {
  const tokens = await TokenServer.start({ 'key-1': first.publicKey, 'key-2': second.publicKey })
  const tracking = await TrackingServer.start(tokens)
  const clients: Analytics[] = []
  const errors: AnalyticsError[] = []
  try {
    await test({
      tokens,
      tracking,
      errors,
      client: (oauth = {}, options = {}) => {
        const client = new Analytics({
          writeKey: 'the-write-key',
          host: tracking.url,
          oauth: {
            clientId: 'app-1',
            clientKey: first.pem,
            keyId: 'key-1',
            authServer: tokens.url,
            ...oauth,
          },
          ...options,
        })
        client.on('error', (error) => errors.push(error))
        clients.push(client)
        return client
      },
    })
  } finally {
    for (const client of clients) await client.close({ timeout: 0 })
    await tokens.close()
    await tracking.close()
  }
}

/** Looks until something is so; a test that waits in vain must end. */
export async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 8_000
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error('it never was so')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export const track = { userId: 'u1', event: 'Signed Up' }

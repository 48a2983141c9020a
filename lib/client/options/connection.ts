// What carries requests: axios with its proxy and agents, or a user's HTTP client.

import type { Agent as HttpAgent } from 'node:http'
import type { ConnectionOptions } from '../../delivery/transport/axios-transport.js'
import type { HttpClient, HttpFetch } from '../../delivery/transport/http-client.js'
import { describeValue } from '../../runtime/describe-value.js'
import type { AnalyticsOptions } from './analytics-options.js'
import { wrong } from '../../runtime/check-option.js'

export function httpClient(
  { httpClient: value, gzip }: Pick<AnalyticsOptions, 'httpClient' | 'gzip'>,
  name = 'httpClient',
): HttpFetch | HttpClient | undefined {
  if (value !== undefined && gzip === true) {
    throw wrong('gzip', 'true', 'false with an httpClient, which gets its bodies as text')
  }
  if (value === undefined || typeof value === 'function') return value
  if (typeof (value as HttpClient | null)?.makeRequest === 'function') return value
  throw wrong(name, describeValue(value), 'a function like fetch, or an object with makeRequest()')
}

export function connection({ proxy, httpAgent, httpsAgent }: AnalyticsOptions): ConnectionOptions {
  const isProxy =
    proxy === undefined ||
    proxy === false ||
    (typeof proxy === 'object' && (proxy as unknown) !== null)
  if (!isProxy) throw wrong('proxy', describeValue(proxy), 'false, or an object with host and port')
  return {
    proxy,
    httpAgent: agent('httpAgent', httpAgent),
    httpsAgent: agent('httpsAgent', httpsAgent),
  }
}

function agent<A extends HttpAgent>(name: string, value: A | undefined): A | undefined {
  if (value === undefined || typeof (value as Partial<HttpAgent>).destroy === 'function')
    return value
  throw wrong(name, describeValue(value), 'an agent of node:http or node:https')
}

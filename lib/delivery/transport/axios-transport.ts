// The default transport: axios, with everything disabled that a batch does not need.

import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import type { Readable } from 'node:stream'
import type { Axios, AxiosProxyConfig, AxiosRequestConfig } from 'axios'
import { warn } from '../../runtime/warnings.js'
import { cure, FetchTransport, NoHttpClient } from './fetch-transport.js'
import type { HttpClientResponse } from './http-client.js'
import { loadAxios } from './load-axios.js'
import type { Transport, TransportRequest } from './transport.js'
import { WatchedRequest } from './watched-request.js'

/** The longest answer that is read as text, in bytes. An authorization server answers with about one thousand. */
const longestText = 64 * 1024

/** The caller's options for the connection. */
export interface ConnectionOptions {
  /** axios' `proxy`; by default the environment decides (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), false uses none. */
  proxy?: AxiosProxyConfig | false | undefined
  httpAgent?: HttpAgent | undefined
  httpsAgent?: HttpsAgent | undefined
}

interface Client {
  axios: Axios
  watch: () => WatchedRequest
}

/** One keep-alive connection pool, and axios, loaded with the first request. */
export class AxiosTransport implements Transport {
  readonly #options: ConnectionOptions
  #client: Promise<Client | FetchTransport> | undefined
  #ownAgents: { destroy(): void }[] = []

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /** Loads what the first request needs. Batches grow meanwhile. */
  async load(): Promise<void> {
    await this.#loaded()
  }

  async post(request: TransportRequest): Promise<HttpClientResponse> {
    const { url, headers, body, signal, onStart } = request
    const client = await this.#loaded()
    if (client instanceof FetchTransport) return client.post(request)
    const { axios, watch } = client
    const transport = watch()
    onStart?.(transport)
    const {
      status,
      statusText,
      headers: answered,
      data,
    } = await axios.request<Readable>({
      url,
      method: 'POST',
      headers,
      data: body,
      signal,
      transport,
    })
    return {
      status,
      statusText,
      headers: answered as Record<string, unknown>,
      text: () => textOf(data),
      arrayBuffer: () => {
        data.resume()
        return new Promise((resolve, reject) => {
          data.on('end', resolve).on('error', reject).on('close', resolve)
        })
      },
    }
  }

  /** Closes idle connections, but not those of agents that the user has passed. */
  close(): void {
    for (const agent of this.#ownAgents) agent.destroy()
    this.#ownAgents = []
    this.#client = undefined
  }

  #loaded(): Promise<Client | FetchTransport> {
    this.#client ??= this.#create().catch((error: unknown) => {
      // The next try may succeed.
      this.#client = undefined
      throw error
    })
    return this.#client
  }

  async #create(): Promise<Client | FetchTransport> {
    // The default exports, because instrumentation and nock replace their functions.
    const [module, { default: http }, { default: https }] = await Promise.all([
      loadAxios(),
      import('node:http'),
      import('node:https'),
    ])
    if (!module) return this.#withoutAxios()
    const { Axios } = module
    const {
      proxy,
      httpAgent = this.#own(new http.Agent({ keepAlive: true })),
      httpsAgent = this.#own(new https.Agent({ keepAlive: true })),
    } = this.#options
    // Not axios.create(), which would apply the defaults of the application's axios to our requests: its credentials,
    // headers and parameters.
    const axios = new Axios({
      adapter: 'http',
      headers: {} as AxiosRequestConfig['headers'] & object,
      httpAgent,
      httpsAgent,
      ...(proxy === undefined ? {} : { proxy }),
      // The body is sent as it is, and the answer is only read to its end.
      transformRequest: [],
      transformResponse: [],
      responseType: 'stream',
      decompress: false,
      maxBodyLength: Infinity,
      maxContentLength: Infinity,
      validateStatus: null,
      // A redirected POST would become a GET, and its 200 no delivery.
      maxRedirects: 0,
    })
    return { axios, watch: () => new WatchedRequest(http, https) }
  }

  #withoutAxios(): FetchTransport {
    const { proxy, httpAgent, httpsAgent } = this.#options
    // If one is set, requests must go through it; fetch would bypass it.
    if ((proxy !== undefined && proxy !== false) || httpAgent || httpsAgent) {
      throw new NoHttpClient(
        `axios cannot be loaded, and fetch does not know the options proxy, httpAgent and httpsAgent. ${cure}`,
      )
    }
    const transport = new FetchTransport()
    warn(
      'SELFSAME_NO_AXIOS',
      `axios cannot be loaded; the global fetch delivers instead, without a proxy from the environment. ${cure}`,
    )
    return transport
  }

  #own<A extends { destroy(): void }>(agent: A): A {
    this.#ownAgents.push(agent)
    return agent
  }
}

/** Reads no further than any expected answer goes. */
async function textOf(stream: Readable): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of stream as AsyncIterable<Buffer>) {
    parts.push(part)
    length += part.length
    if (length > longestText) break
  }
  return Buffer.concat(parts).toString()
}

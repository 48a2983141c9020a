// The transport by default: axios, set to do nothing that a batch does not need.

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

/** The longest answer that is read as text, in bytes: that of an authorization server has about one thousand. */
const longestText = 64 * 1024

/** What the caller may say about the connection. */
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

/** One keep-alive connection pool, and axios, which is loaded with the first request and not before. */
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

  /** Closes the idle connections; a user's agents are the user's to close. */
  close(): void {
    for (const agent of this.#ownAgents) agent.destroy()
    this.#ownAgents = []
    this.#client = undefined
  }

  #loaded(): Promise<Client | FetchTransport> {
    this.#client ??= this.#create().catch((error: unknown) => {
      // The next try may find what this one did not.
      this.#client = undefined
      throw error
    })
    return this.#client
  }

  async #create(): Promise<Client | FetchTransport> {
    // The default exports: an application's instrumentation, or nock, has replaced what is in them.
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
    // Not axios.create(), which would put the defaults of the application's axios into our requests: its credentials,
    // its headers, its parameters.
    const axios = new Axios({
      adapter: 'http',
      headers: {} as AxiosRequestConfig['headers'] & object,
      httpAgent,
      httpsAgent,
      ...(proxy === undefined ? {} : { proxy }),
      // The body is sent as it is, and its answer is only read to its end.
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
    // Setting one means that requests have to go through it: fetch would go past it.
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

/** Not further than any answer of interest goes. */
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

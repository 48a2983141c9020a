// A plain HTTP client and a plain TCP client for the collector's tests.
import { once } from 'node:events'
import { request, type IncomingHttpHeaders } from 'node:http'
import { connect, type Socket } from 'node:net'
import { type Collector, startCollector } from '../lib/index.js'

export interface Reply {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

export interface SendOptions {
  method?: string
  headers?: Record<string, string>
  /** The write key for Basic auth; null sends none. */
  key?: string | null
}

export const basic = (key: string) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`

/** Sends a body as it is; rejects where the connection breaks before the answer. */
export function send(
  collector: Collector,
  path: string,
  body: string | Buffer,
  { method = 'POST', headers = {}, key = 'test' }: SendOptions = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${collector.url}${path}`, {
      method,
      agent: false,
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        ...(key === null ? {} : { authorization: basic(key) }),
        ...headers,
      },
    })
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    outgoing.end(body)
  })
}

export function post(
  collector: Collector,
  path: string,
  body: unknown,
  options?: SendOptions,
): Promise<Reply> {
  return send(collector, path, JSON.stringify(body), options)
}

export function postBatch(
  collector: Collector,
  batch: unknown[],
  rest: Record<string, unknown> = {},
): Promise<Reply> {
  return post(collector, '/v1/batch', { batch, ...rest })
}

/** A valid message with this messageId. */
export const track = (messageId: string, fields: Record<string, unknown> = {}) => ({
  type: 'track',
  event: 'Signed Up',
  userId: 'u1',
  messageId,
  ...fields,
})

/** The code of a broken connection, or 'answered'. */
export async function failureOf(reply: Promise<Reply>): Promise<string> {
  try {
    await reply
    return 'answered'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

/** A TCP connection, and what has come back on it by the time it is closed. */
export async function dial(
  collector: Collector,
): Promise<{ socket: Socket; over: Promise<string> }> {
  const socket = connect(collector.port, '127.0.0.1')
  let text = ''
  socket.on('data', (part) => (text += part.toString('latin1')))
  socket.on('error', () => undefined)
  const over = new Promise<string>((resolve) => {
    socket.on('close', () => {
      resolve(text)
    })
  })
  await new Promise((resolve) => socket.once('connect', resolve))
  return { socket, over }
}

/** Resolves at the collector's next event of that name. */
export async function next(collector: Collector, name: 'request' | 'message'): Promise<void> {
  await once(collector, name)
}

/** A collector for each test of a describe block, closed after it. */
export function eachWithCollector(options?: Parameters<typeof startCollector>[0]): () => Collector {
  let collector: Collector | undefined
  beforeEach(async () => {
    collector = await startCollector(options)
  })
  afterEach(() => collector?.close())
  return () => collector!
}

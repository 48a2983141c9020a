// The same site in every framework, each on a real socket: what a test of the middleware is given, and asks.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { connect, type AddressInfo } from 'node:net'
import express5 from 'express'
import Fastify, { type FastifyInstance } from 'fastify'
import { Hono } from 'hono'
import Koa3 from 'koa'
import type { Analytics, BoundAnalytics } from '../../lib/index.js'
import * as ofExpress from '../../lib/web/express.js'
import * as ofFastify from '../../lib/web/fastify.js'
import * as ofFetch from '../../lib/web/fetch.js'
import * as ofKoa from '../../lib/web/koa.js'
import type { RequestAnalyticsOptions } from '../../lib/web/options.js'

const load = createRequire(import.meta.url)
// They have no types of their own, and those of the newer majors fit.
const express4 = load('express4') as typeof express5
const Koa2 = load('koa2') as typeof Koa3

/** A request being served. */
export interface Visit {
  analytics: BoundAnalytics
  /** As the framework does it. */
  setCookie: (cookie: string) => void
}

export interface SiteOptions {
  analytics: Analytics
  options?: RequestAnalyticsOptions<unknown>
  /** The framework's own setting that believes X-Forwarded-For. */
  trustProxy?: boolean
  /** Serves a request; the answer is 200 unless it throws. */
  serve: (visit: Visit) => unknown
}

export interface Site {
  port: number
  close: () => Promise<void>
}

export type StartSite = (options: SiteOptions) => Promise<Site>

function startExpress(express: typeof express5): StartSite {
  return ({ analytics, options, trustProxy = false, serve }) => {
    const app = express()
    app.set('trust proxy', trustProxy)
    app.use(ofExpress.requestAnalytics(analytics, options))
    app.use(async (request, response, next) => {
      try {
        await serve({
          analytics: request.analytics,
          setCookie: (cookie) => response.append('Set-Cookie', cookie),
        })
        response.send('served')
      } catch (error) {
        next(error)
      }
    })
    return listening(createServer(app))
  }
}

function startKoa(Koa: typeof Koa3): StartSite {
  return ({ analytics, options, trustProxy = false, serve }) => {
    const app = new Koa()
    app.proxy = trustProxy
    app.silent = true
    app.use(ofKoa.requestAnalytics(analytics, options))
    app.use(async (context) => {
      await serve({
        analytics: context.analytics,
        setCookie: (cookie) => context.append('Set-Cookie', cookie),
      })
      context.body = 'served'
    })
    return listening(createServer(app.callback()))
  }
}

const startFastify: StartSite = ({ analytics, options, trustProxy = false, serve }) => {
  const app = Fastify({ trustProxy })
  void app.register(ofFastify.requestAnalytics(analytics, options))
  app.all('/*', async (request, reply) => {
    await serve({
      analytics: request.analytics,
      setCookie: (cookie) => void reply.header('Set-Cookie', cookie),
    })
    return 'served'
  })
  return listeningFastify(app)
}

/** What an adapter tells Hono of the connection. */
interface Connection {
  Bindings: { address: string | undefined }
  Variables: { analytics: BoundAnalytics }
}

const startHono: StartSite = ({ analytics, options = {}, trustProxy = false, serve }) => {
  const app = new Hono<Connection>()
  // A Fetch Request has no address: where it comes from is the app's to say.
  const ip = options.ip ?? ((context: unknown) => addressOf(context, trustProxy))
  app.use(ofFetch.requestAnalytics(analytics, { ...options, ip }))
  app.all('*', async (context) => {
    await serve({
      analytics: context.get('analytics'),
      setCookie: (cookie) => {
        context.header('Set-Cookie', cookie, { append: true })
      },
    })
    return context.text('served')
  })
  return listening(
    createServer(async (request, response) => {
      const bindings = { address: request.socket.remoteAddress }
      await answerWith(response, await app.fetch(fetchRequestOf(request), bindings))
    }),
  )
}

function addressOf(context: unknown, trustProxy: boolean): string | undefined {
  const { env, req } = context as {
    env: Connection['Bindings']
    req: { header: (name: string) => string | undefined }
  }
  return (trustProxy ? req.header('X-Forwarded-For') : undefined) ?? env.address
}

/** A bare node:http server. It believes no proxy: where it is to, the option `ip` says so. */
const startNode: StartSite = ({ analytics, options = {}, trustProxy = false, serve }) => {
  const forwarded = (request: unknown): string | undefined =>
    (request as IncomingMessage).headers['x-forwarded-for'] as string | undefined
  const ip = options.ip ?? (trustProxy ? forwarded : undefined)
  const middleware = ofExpress.requestAnalytics(analytics, { ...options, ip })
  return listening(
    createServer((request: ofExpress.ExpressLikeRequest, response) => {
      middleware(request, response, async () => {
        try {
          await serve({
            analytics: request.analytics!,
            setCookie: (cookie) => response.appendHeader('Set-Cookie', cookie),
          })
        } catch {
          response.statusCode = 500
        }
        response.end('served')
      })
    }),
  )
}

export const sites: Record<string, StartSite> = {
  'Express 4': startExpress(express4),
  'Express 5': startExpress(express5),
  'Koa 2': startKoa(Koa2),
  'Koa 3': startKoa(Koa3),
  'Fastify 5': startFastify,
  Hono: startHono,
  'node:http': startNode,
}

export async function listening(server: Server): Promise<Site> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

export async function listeningFastify(app: FastifyInstance): Promise<Site> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: portOf(app.server), close: () => app.close() }
}

function portOf(server: { address(): AddressInfo | string | null }): number {
  return (server.address() as AddressInfo).port
}

/** What an adapter for Node does before the app. */
export function fetchRequestOf(request: IncomingMessage): Request {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(request.headersDistinct)) {
    for (const value of values) headers.append(name, value)
  }
  const url = `http://${request.headers.host ?? 'localhost'}${request.url ?? '/'}`
  return new Request(url, { method: request.method ?? 'GET', headers })
}

/** What an adapter for Node does after the app. */
export async function answerWith(response: ServerResponse, answer: Response): Promise<void> {
  response.statusCode = answer.status
  for (const [name, value] of answer.headers) response.appendHeader(name, value)
  for await (const chunk of answer.body ?? []) response.write(chunk)
  response.end()
}

export interface Answer {
  status: number
  /** The Set-Cookie headers. */
  cookies: string[]
  text: string
}

/** Asks for a path of a site, with whatever text in it. */
export async function ask(
  { port }: Site,
  target: string,
  headers: Record<string, string | readonly string[]> = {},
): Promise<Answer> {
  const fields = Object.entries({ Host: `localhost:${port}`, ...headers })
  const lines = fields.flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}`))
  return await send(port, [`GET ${target} HTTP/1.1`, ...lines, 'Connection: close', '', ''])
}

/** Sends lines as they are: what no HTTP client would. Characters are bytes. */
export async function send(port: number, lines: readonly string[]): Promise<Answer> {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('latin1')
  // Not ended: Node takes that for a client that is gone. The servers close it, as they are asked to.
  socket.write(Buffer.from(lines.join('\r\n'), 'latin1'))
  let text = ''
  for await (const chunk of socket) text += chunk as string
  return {
    status: Number(/^HTTP\/1\.\d (\d{3})/.exec(text)?.[1]),
    cookies: [...text.matchAll(/^set-cookie: (.*)\r$/gim)].map(([, cookie = '']) => cookie),
    text,
  }
}

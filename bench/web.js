// What req.analytics adds to a request: nanoseconds of the middleware, over those of one that does nothing.
// Ends with 1 where it misses its target.
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import express from 'express'
import Koa from 'koa'
import { Analytics } from '../dist/index.js'
import { requestAnalytics as ofExpress } from '../dist/express.js'
import { requestAnalytics as ofKoa } from '../dist/koa.js'
import { others, typical } from './cookies.js'
import { median } from './numbers.js'

const TARGET = 20_000
const ROUNDS = 400
const REQUESTS = 100

const analytics = new Analytics({ writeKey: 'bench', disable: true })
const known = typical
const unknown = others.join('; ')

const socket = new Socket()
Object.defineProperty(socket, 'remoteAddress', { value: '127.0.0.1' })

/** A request as a browser sends it from an advertisement. */
function exchange(cookie) {
  const request = new IncomingMessage(socket)
  request.method = 'GET'
  request.url =
    '/shop/shoes?color=red&size=42&utm_source=newsletter&utm_medium=email&utm_campaign=spring%20sale&gclid=EAIaIQobChMI'
  request.headers = {
    host: 'www.shop.example.com',
    connection: 'keep-alive',
    'user-agent':
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8',
    referer: 'https://www.search.example/search?q=red+shoes',
    'accept-encoding': 'gzip, deflate, br, zstd',
    'accept-language': 'en-GB,en;q=0.9,de;q=0.8',
    cookie,
  }
  return [request, new ServerResponse(request)]
}

const expressApp = express()
const koaApp = new Koa()
const next = () => undefined

function inNode(middleware) {
  return (cookie) => [middleware, ...exchange(cookie)]
}

function inExpress(middleware) {
  return (cookie) => {
    const [request, response] = exchange(cookie)
    // As Express itself does it.
    Object.setPrototypeOf(request, expressApp.request)
    Object.setPrototypeOf(response, expressApp.response)
    request.originalUrl = request.url
    return [middleware, request, response]
  }
}

function inKoa(middleware) {
  return (cookie) => [
    (context, _, then) => middleware(context, then),
    koaApp.createContext(...exchange(cookie)),
  ]
}

const nothing = (request, response, then) => then()
const issue = { issue: true }

const cases = [
  ['node:http', known, inNode, nothing, ofExpress(analytics)],
  ['Express', known, inExpress, nothing, ofExpress(analytics)],
  ['Koa', known, inKoa, (context, then) => then(), ofKoa(analytics)],
  ['Express, issue: true, a known visitor', known, inExpress, nothing, ofExpress(analytics, issue)],
  ['Express, issue: true, a new visitor', unknown, inExpress, nothing, ofExpress(analytics, issue)],
]

/** Nanoseconds a request of one round, whose requests are made before. */
function round(prepare, cookie) {
  const prepared = Array.from({ length: REQUESTS }, () => prepare(cookie))
  const start = performance.now()
  for (const [middleware, request, response] of prepared) middleware(request, response, next)
  return ((performance.now() - start) * 1e6) / REQUESTS
}

let missed = false
console.log(`a Cookie header of ${known.length} bytes; target: under ${TARGET} ns\n`)
for (const [name, cookie, within, noop, ours] of cases) {
  const costs = { noop: [], ours: [] }
  // In turn: what else the machine does meets both.
  for (let i = 0; i < ROUNDS; i++) {
    costs.noop.push(round(within(noop), cookie))
    costs.ours.push(round(within(ours), cookie))
  }
  const added = median(costs.ours) - median(costs.noop)
  missed ||= added >= TARGET
  console.log(`${added.toFixed(0).padStart(8)} ns  ${name}${added < TARGET ? '' : '  MISSED'}`)
}
process.exitCode = missed ? 1 : 0

// Requests that need no port: what a client in the same process hands over.
import { failure, SUCCESS } from './answers.js'
import type { Desk } from './exchange.js'
import { judgeRequest } from './judge.js'
import { pathOf, routeOf } from './routes.js'
import { tooLarge } from './body.js'
import { parseDate } from '../messages/timestamps.js'

const JUST_NOW = 60_000

/** As much of a fetch() request as a tracking client sends. */
export interface InProcessRequest {
  readonly method?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | Uint8Array | undefined
}

/** Answers a request to a tracking route as the port would. It is never misbehaved on. */
export async function answerInProcess(
  desk: Desk,
  url: string,
  { method = 'POST', headers = {}, body = '' }: InProcessRequest = {},
): Promise<Response> {
  const route = routeOf(pathOf(url))
  if (route === undefined || method !== 'POST') {
    return answer(404, failure('there is no such route'))
  }
  const named = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const data = Buffer.from(body)
  const { maxBodyBytes } = desk.settings
  if (data.length > maxBodyBytes) return answer(400, failure(tooLarge(maxBodyBytes), 'bad_request'))
  const judged = await judgeRequest(route, named, data, desk.settings)
  if ('refusal' in judged) {
    const { status, reason, code } = judged.refusal
    desk.refuse(judged.refusal)
    return answer(status, failure(reason, code))
  }
  const source = desk.sources.of(judged.writeKey)
  const at = arrivalOf(judged.parcel.sentAt, desk.now())
  const unavailable = await desk.accept(judged.parcel, at, source)
  if (unavailable === undefined) return answer(200, SUCCESS)
  const headersOfAnswer = { 'retry-after': String(unavailable.retryAfter) }
  return answer(503, failure(unavailable.reason), headersOfAnswer)
}

/**
 * Both ends have one clock, so what was sent just now arrived when it was sent: no timestamp is to be moved by the
 * time that it took.
 */
function arrivalOf(sentAt: unknown, now: number): number {
  const sent = parseDate(sentAt)
  return sent !== undefined && sent <= now && now - sent < JUST_NOW ? sent : now
}

function answer(status: number, body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } })
}

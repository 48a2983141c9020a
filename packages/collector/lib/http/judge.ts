// Judges a request as a whole: its type, its body, its write key.
import { isObject } from '../messages/message.js'
import { BodyError, parseBody } from './body.js'
import { writeKeyOf } from './credentials.js'
import type { Settings } from './options.js'
import { openParcel, type Parcel, type Refusal, refusal, type Route } from './routes.js'

/** The headers that matter. */
export interface JudgedHeaders {
  readonly 'content-type'?: string | undefined
  readonly 'content-encoding'?: string | undefined
  readonly authorization?: string | undefined
}

export type Judged =
  { readonly parcel: Parcel; readonly writeKey: string } | { readonly refusal: Refusal }

/** The most bytes that a body may have. */
export function bodyLimit(route: Route, { maxBodyBytes, maxMessageBytes }: Settings): number {
  return route === 'batch' ? maxBodyBytes : maxMessageBytes
}

export async function judgeRequest(
  route: Route,
  headers: JudgedHeaders,
  data: Buffer,
  settings: Settings,
): Promise<Judged> {
  const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (mediaType !== 'application/json') {
    return { refusal: refusal(400, 'bad_request', 'the Content-Type is not application/json') }
  }
  let parsed: unknown
  try {
    parsed = await parseBody(data, headers['content-encoding'], bodyLimit(route, settings))
  } catch (error) {
    if (error instanceof BodyError) return { refusal: refusal(400, 'bad_request', error.message) }
    throw error
  }
  if (!isObject(parsed)) {
    return { refusal: refusal(400, 'bad_request', 'the body is not a JSON object') }
  }
  const writeKey = writeKeyOf(headers.authorization, parsed.writeKey)
  if (writeKey === undefined || settings.writeKeys?.has(writeKey) === false) {
    return { refusal: refusal(401, 'unknown_source') }
  }
  const opened = openParcel(route, parsed)
  return 'items' in opened ? { parcel: opened, writeKey } : { refusal: opened }
}

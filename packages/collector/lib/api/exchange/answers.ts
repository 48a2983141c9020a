// The headers that every answer has, and answers of JSON.
import type { ApiAnswer, Headers } from './request.js'

/** For the page: everything comes from here, and nothing may put it into a frame. */
export const PAGE_HEADERS: Headers = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

/** For data: shown as a document it could do nothing. What is in it is somebody's, so nothing keeps it. */
export const DATA_HEADERS: Headers = {
  ...PAGE_HEADERS,
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cache-control': 'no-store',
}

export function jsonAnswer(
  value: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Headers } = {},
): ApiAnswer {
  return {
    kind: 'answer',
    status,
    headers: { ...DATA_HEADERS, 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  }
}

// What is safe to show of an HTTP client's error.

import { toError } from '../../runtime/describe-value.js'
import { isError } from '../../runtime/value-kinds.js'

/** A shorter text is not a secret, and would match by chance. */
const shortestSecret = 8

/**
 * The message and code of a client's error. Errors of HTTP clients carry the request, and with it the write key and the
 * traits.
 *
 * @param secrets what the request carried; removed from the message, in case a custom HTTP client put it there
 */
export function plainError(error: unknown, secrets: readonly string[]): Error {
  const { message, code, cause } = toError(error) as NodeJS.ErrnoException & { cause?: unknown }
  const inner = isError(cause) ? (cause as NodeJS.ErrnoException).code : undefined
  const known = inner ?? code
  const safe = secrets
    .filter(({ length }) => length >= shortestSecret)
    .reduce((text, secret) => text.replaceAll(secret, '[secret]'), message)
  return Object.assign(
    new Error([safe, known].find(Boolean) ?? 'the request failed'),
    known === undefined ? {} : { code: known },
  )
}

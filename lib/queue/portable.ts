// Options of a connection, for another process.

import { lookup, resolveSrv } from 'node:dns'
import { pack } from '../runtime/packed.js'
import { isPlain } from '../spec/plain.js'

/** The options cannot be carried over to another process. Its message shows no value. */
export class NotPortable extends Error {
  override name = 'NotPortable'
}

/** Defaults of ioredis, which another process has, too. */
const known = new Set<unknown>([lookup, resolveSrv])

/**
 * A copy of options as JSON for `unpack`, with what is not enumerable: pg hides passwords so.
 *
 * @param unneeded names of options that do not matter for handing over
 * @throws NotPortable if one of the others is a function, or an object with a class of its own
 */
export function portable(value: object, unneeded: ReadonlySet<string>): Record<string, unknown> {
  return fieldsOf(value, '', unneeded)
}

function fieldsOf(
  value: object,
  path: string,
  unneeded: ReadonlySet<string>,
): Record<string, unknown> {
  const names = Object.getOwnPropertyNames(value).filter((name) => !unneeded.has(name))
  return Object.fromEntries(
    names.map((name) => [
      name,
      copyOf((value as Record<string, unknown>)[name], `${path}${name}`, unneeded),
    ]),
  )
}

function copyOf(value: unknown, path: string, unneeded: ReadonlySet<string>): unknown {
  if (typeof value === 'function' && !known.has(value))
    throw new NotPortable(`the option ${path} is a function`)
  if (Array.isArray(value))
    return value.map((each, index) => copyOf(each, `${path}.${index}`, unneeded))
  if (ArrayBuffer.isView(value)) return pack(value)
  if (typeof value === 'object' && value !== null) {
    if (!isPlain(value)) throw new NotPortable(`the option ${path} has a class of its own`)
    return fieldsOf(value, `${path}.`, unneeded)
  }
  // JSON has neither functions nor Infinity: without them, the defaults hold.
  return typeof value === 'function' || value === Infinity ? undefined : value
}

// Which objects are plain: made by a literal or JSON.parse.

/** Also where they come from another realm (a vm context, as Jest's), whose Object.prototype is not ours. */
export function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null
}

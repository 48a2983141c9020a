// Which objects are plain: made by a literal or JSON.parse.

/** Also if they come from another realm (a vm context, such as Jest's), which has its own Object.prototype. */
export function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null
}

// Looks at requests and responses of any framework. What a getter or a Proxy of theirs throws is no answer, and no error.

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** What some code of a framework returns; undefined if it throws. */
export function attempt<T>(code: () => T): T | undefined {
  try {
    return code()
  } catch {
    return undefined
  }
}

/** A property. NextRequest and others have getters that throw; a revoked Proxy throws whatever is asked. */
export function peek(object: object, name: string): unknown {
  return attempt(() => (object as Readonly<Record<string, unknown>>)[name])
}

/** Array.isArray, which throws for a revoked Proxy. */
export function isList(value: unknown): value is readonly unknown[] {
  return attempt(() => Array.isArray(value)) === true
}

export function hasMethods(object: object, ...names: readonly string[]): boolean {
  return names.every((name) => typeof peek(object, name) === 'function')
}

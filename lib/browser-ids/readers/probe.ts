// Reads requests and responses of any framework. If a getter or Proxy throws, the value counts as missing.

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** What code of a framework returns; undefined if it throws. */
export function attempt<T>(code: () => T): T | undefined {
  try {
    return code()
  } catch {
    return undefined
  }
}

/** Reads a property. NextRequest and others have getters that throw; a revoked Proxy always throws. */
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

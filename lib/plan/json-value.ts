// A value as JSON has it.

/**
 * The same value if it is JSON already, else what JSON makes of it: a Date is a text, what is undefined is left out, and a
 * BigInt is its decimal text, as in a message.
 *
 * @throws whatever a getter or `toJSON` throws; TypeError for a circle
 */
export function asJson(value: unknown): unknown {
  if (isJson(value, 0)) return value
  const text = JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'bigint' ? each.toString() : each,
  ) as string | undefined
  return JSON.parse(text ?? 'null')
}

/** Deeper than that it is written and read again, which ends with a circle. */
const deepest = 100

function isJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value)
    case 'object':
      return value === null || (depth < deepest && isPlainJson(value, depth + 1))
    default:
      return false
  }
}

function isPlainJson(value: object, depth: number): boolean {
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth))
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return false
  for (const key in value) {
    // What is inherited is not in the text, and would be seen by the validator.
    if (!Object.hasOwn(value, key)) return false
    if (!isJson((value as Record<string, unknown>)[key], depth)) return false
  }
  return true
}

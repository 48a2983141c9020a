// An array, or what is nested too deeply for columns of its own, as JSON text.

/** As JSON.stringify, but nothing is lost: Infinity, which 1e999 is read as, is a text; and no depth is too much. */
export function jsonText(value: object): string {
  const text = plainJson(value)
  return text === undefined || text.includes('null') ? anyJson(value) : text
}

/** undefined if it is nested too deeply: JSON.parse reads what JSON.stringify cannot write. */
function plainJson(value: object): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

type Step = { readonly text: string } | { readonly value: unknown }

/** Without recursion. */
function anyJson(root: object): string {
  const parts: string[] = []
  const left: Step[] = [{ value: root }]
  for (let step = left.pop(); step !== undefined; step = left.pop()) {
    if ('text' in step) parts.push(step.text)
    else if (typeof step.value === 'object' && step.value !== null) {
      left.push(...stepsOf(step.value).reverse())
    } else parts.push(scalar(step.value))
  }
  return parts.join('')
}

function stepsOf(value: object): Step[] {
  const isArray = Array.isArray(value)
  const steps: Step[] = [{ text: isArray ? '[' : '{' }]
  for (const [key, item] of Object.entries(value)) {
    if (!isArray && item === undefined) continue
    if (steps.length > 1) steps.push({ text: ',' })
    if (!isArray) steps.push({ text: `${JSON.stringify(key)}:` })
    steps.push({ value: item })
  }
  steps.push({ text: isArray ? ']' : '}' })
  return steps
}

function scalar(value: unknown): string {
  if (value === undefined) return 'null'
  return JSON.stringify(
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )
}

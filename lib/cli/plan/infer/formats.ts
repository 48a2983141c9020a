// The formats of texts that are told apart. Each is narrower than what JSON Schema and zod mean by its name, so that a text
// that has it passes whatever checks it.

const patterns = {
  'date-time':
    /^(?:19|20|21)\d\d-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)$/,
  date: /^(?:19|20|21)\d\d-\d\d-\d\d$/,
  email:
    /^[A-Za-z\d]+(?:[._+-][A-Za-z\d]+){0,10}@(?:[A-Za-z\d]+(?:-[A-Za-z\d]+){0,5}\.)+[A-Za-z]{2,10}$/,
  uuid: /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
  uri: /^https?:\/\/[a-z\d]+(?:[.-][a-z\d]+){0,10}(?::\d{2,5})?(?:[/?#][\w\-.~/?#=&+]*)?$/,
} as const

export type TextFormat = keyof typeof patterns

const names = Object.keys(patterns) as TextFormat[]
/** A longer text has none of the formats that matter, and takes long to look at. */
const longest = 300

export function formatOf(text: string): TextFormat | undefined {
  if (text.length > longest) return undefined
  const format = names.find((name) => patterns[name].test(text))
  return format?.startsWith('date') && !isDay(text.slice(0, 10)) ? undefined : format
}

/** Whether the month has such a day. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

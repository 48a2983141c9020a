// Text with wildcards, matched without backtracking.

/** The texts between the wildcards: one if there is none, `['Signed ', '']` for `Signed *`. */
export type Pattern = readonly string[]

/** Whether the whole text is what the pattern says. Takes the first place for each part, which is never too late. */
export function matchesWhole(pattern: Pattern, text: string): boolean {
  const [first = '', ...rest] = pattern
  const last = rest.pop()
  if (last === undefined) return text === first
  if (text.length < first.length + last.length) return false
  if (!text.startsWith(first) || !text.endsWith(last)) return false
  return endOfParts(rest, text, first.length) <= text.length - last.length
}

/** Whether the text has the pattern somewhere. */
export function matchesPart(pattern: Pattern, text: string): boolean {
  return endOfParts(pattern, text, 0) !== Infinity
}

/** Where the parts end if each stands after the one before; Infinity if they don't. */
function endOfParts(parts: readonly string[], text: string, from: number): number {
  let end = from
  for (const part of parts) {
    const place = text.indexOf(part, end)
    if (place === -1) return Infinity
    end = place + part.length
  }
  return end
}

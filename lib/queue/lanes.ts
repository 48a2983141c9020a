// Which lane a message takes: all messages of one person take the same.

const quote = '"'.charCodeAt(0)
const backslash = '\\'.charCodeAt(0)
const comma = ','.charCodeAt(0)
const openBrace = '{'.charCodeAt(0)
const closeBrace = '}'.charCodeAt(0)
const openBracket = '['.charCodeAt(0)
const closeBracket = ']'.charCodeAt(0)

/**
 * The lane of a message: by a hash of its userId, or, if it has none, of its anonymousId.
 *
 * @param text as `JSON.stringify` writes it, without white space
 */
export function laneOf(text: string, lanes: number): number {
  if (lanes === 1) return 0
  const id = idOf(text)
  // FNV-1a.
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  return (hash >>> 0) % lanes
}

/** Read without parsing the message, which would cost as much as the call that made it. */
function idOf(text: string): string {
  let anonymousId = ''
  // Behind the opening brace, and then behind each comma.
  for (let at = 1; text.charCodeAt(at) === quote;) {
    const start = endOfString(text, at) + 1
    const end = endOfValue(text, start)
    const isUser = start - at === 9 && text.startsWith('"userId"', at)
    const isAnonymous = start - at === 14 && text.startsWith('"anonymousId"', at)
    if ((isUser || isAnonymous) && text.charCodeAt(start) === quote && end - start > 2) {
      const id = text.slice(start + 1, end - 1)
      if (isUser) return id
      anonymousId = id
    }
    at = end + 1
  }
  return anonymousId
}

/** The place behind the string that begins at a place. */
function endOfString(text: string, start: number): number {
  for (let at = start; ;) {
    at = text.indexOf('"', at + 1)
    if (at < 0) return text.length
    let first = at
    while (text.charCodeAt(first - 1) === backslash) first--
    if ((at - first) % 2 === 0) return at + 1
  }
}

/** The place behind the value that begins at a place. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length;) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = endOfString(text, at)
      if (depth === 0) return at
      continue
    }
    if (depth === 0 && (code === comma || code === closeBrace)) return at
    at++
    if (code === openBrace || code === openBracket) depth++
    else if ((code === closeBrace || code === closeBracket) && --depth === 0) return at
  }
  return text.length
}

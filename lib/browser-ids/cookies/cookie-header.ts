// Finds names and raw values in a Cookie header when a reader asks for them. Decodes nothing.

/** The cookies of one request, as the client sent them. */
export interface Cookies {
  /**
   * The raw values of a name, in header order; an empty list if there is none. Nothing is url-decoded. At most the
   * first 8. A value over 8,192 characters reads as empty: browsers store no cookie over 4,096 bytes.
   */
  values(name: string): readonly string[]
  /** The names that begin with a prefix, in header order, each once, at most the first 32. */
  names(prefix: string): readonly string[]
}

// More cookies than this are an attack: each costs a decoding.
const maxValues = 8
const maxNames = 32
const maxValueLength = 8_192

const semicolon = 0x3b
const equalsSign = 0x3d

/**
 * Nothing is split or indexed: a reader wants three names among dozens, and indexOf finds those several times as fast
 * (bench/identity.js). Each search continues where the last one ended, so the time is linear in the header's length.
 */
export class CookieHeader implements Cookies {
  readonly #header: string

  constructor(header: string) {
    this.#header = header
  }

  values(name: string): readonly string[] {
    const values: string[] = []
    if (name === '') return values
    const header = this.#header
    let at = header.indexOf(name)
    while (at !== -1 && values.length < maxValues) {
      let next = at + name.length
      const equals = this.#skipBlanks(next)
      // The first "=" ends the name: ids and base64 contain others.
      if (header.charCodeAt(equals) === equalsSign && this.#beginsCookie(at)) {
        next = this.#endOfCookie(equals)
        values.push(valueOf(header.slice(equals + 1, next)))
      }
      at = header.indexOf(name, next)
    }
    return values
  }

  names(prefix: string): readonly string[] {
    const names = new Set<string>()
    if (prefix === '') return []
    const header = this.#header
    let at = header.indexOf(prefix)
    while (at !== -1 && names.size < maxNames) {
      let next = at + prefix.length
      if (this.#beginsCookie(at)) {
        next = this.#endOfCookie(at)
        const cookie = header.slice(at, next)
        const equals = cookie.indexOf('=')
        if (equals !== -1) names.add(trim(cookie.slice(0, equals)))
      }
      at = header.indexOf(prefix, next)
    }
    return [...names]
  }

  #beginsCookie(at: number): boolean {
    let before = at - 1
    while (before >= 0 && isBlank(this.#header.charCodeAt(before))) before--
    return before < 0 || this.#header.charCodeAt(before) === semicolon
  }

  #endOfCookie(from: number): number {
    const end = this.#header.indexOf(';', from)
    return end === -1 ? this.#header.length : end
  }

  #skipBlanks(from: number): number {
    let at = from
    while (isBlank(this.#header.charCodeAt(at))) at++
    return at
  }
}

function valueOf(text: string): string {
  return text.length > maxValueLength ? '' : fromBytes(trim(text))
}

// Not String.prototype.trim: read as Latin-1, the UTF-8 of "à" ends in a no-break space, which it would cut off.
function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

const beyondAscii = /[\u0080-\u{10ffff}]/u
const beyondLatin1 = /[\u0100-\u{10ffff}]/u
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Node reads header bytes as Latin-1, but browsers send cookies as UTF-8. Each value is converted by itself, so that one
 * that is not UTF-8 does not affect the others.
 */
function fromBytes(value: string): string {
  if (!beyondAscii.test(value) || beyondLatin1.test(value)) return value
  try {
    return utf8.decode(Buffer.from(value, 'latin1'))
  } catch {
    return value
  }
}

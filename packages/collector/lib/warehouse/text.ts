// Texts that not every store can keep.

/** NUL characters, which PostgreSQL does not keep, and halves of characters, which are not UTF-8. */
const NOT_PLAIN = /[\0\ud800-\udfff]/
const TO_REPLACE = /[\0\p{Surrogate}]/gu

/** Whether every store can keep the text as it is. */
export function isPlain(text: string): boolean {
  return !NOT_PLAIN.test(text) || text.search(TO_REPLACE) === -1
}

/** The text with U+FFFD for whatever could not be kept. */
export function plainText(text: string): string {
  return NOT_PLAIN.test(text) ? text.replace(TO_REPLACE, '\uFFFD') : text
}

/** The first so many characters, and no half of one. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}

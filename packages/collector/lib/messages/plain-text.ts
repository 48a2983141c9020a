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

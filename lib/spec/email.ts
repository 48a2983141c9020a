// What an e-mail address looks like.

/** The longest e-mail address (RFC 5321); it also bounds the time that the pattern below may take. */
const maxEmailLength = 254
const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

/** Whether a text has the form of an e-mail address. */
export function looksLikeEmail(text: string): boolean {
  return text.includes('@') && text.length <= maxEmailLength && email.test(text)
}

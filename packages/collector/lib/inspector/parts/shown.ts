// Text from outside, made fit to be shown. It is never more than text; but some characters are not seen, or turn the
// order of what stands around them.

/** The most of a text that a cell shows. */
const MOST = 300

export function shown(text: string, most = MOST): string {
  const short = text.length > most ? `${text.slice(0, most)}…` : text
  return short.replace(
    // eslint-disable-next-line no-control-regex -- they are what is replaced
    /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    replaced,
  )
}

function replaced(character: string): string {
  const code = character.charCodeAt(0)
  if (character === '\n') return '⏎'
  if (character === '\t') return '⇥'
  return `\\u${code.toString(16).padStart(4, '0')}`
}

/** Empty for what JSON has no text for. */
export function jsonOf(value: unknown, indent = 0): string {
  // For undefined there is no text, whatever the types say.
  return value === undefined ? '' : JSON.stringify(value, null, indent)
}

/** A value of a message in one line. */
export function shownValue(value: unknown, most = MOST): string {
  return shown(typeof value === 'string' ? value : jsonOf(value), most)
}

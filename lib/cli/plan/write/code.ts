// Lays out code: on one line if it fits, else an entry a line, with comments.

import { escaped } from '../../../spec/message-line.js'

/** A piece of code, or a list of pieces between brackets. */
export type Code = string | Group

export interface Group {
  readonly open: string
  readonly entries: readonly Entry[]
  readonly close: string
}

export interface Entry {
  readonly key?: string | undefined
  readonly code: Code
  /** Becomes a comment. */
  readonly note?: string | undefined
}

const width = 100

/** @param before what stands before it on its first line; @param after what is to stand behind it */
export function laidOut(code: Code, indent = 0, before = 0, after = 1): string {
  const flat = flattened(code)
  if (typeof code === 'string') return code
  if (flat !== undefined && indent + before + flat.length + after <= width) return flat
  const inner = indent + 2
  const lines = code.entries.map((entry) => entryText(entry, inner))
  return [code.open, ...lines, ' '.repeat(indent) + code.close].join('\n')
}

function entryText({ key, code, note }: Entry, indent: number): string {
  const space = ' '.repeat(indent)
  const name = key === undefined ? '' : `${property(key)}: `
  const text = `${name}${laidOut(code, indent, name.length)},`
  if (note === undefined) return space + text
  const comment = `// ${commentText(note)}`
  const isShort = !text.includes('\n') && indent + text.length + comment.length < width
  return isShort ? `${space}${text} ${comment}` : `${space}${comment}\n${space}${text}`
}

/** Undefined if it cannot stand on one line. */
function flattened(code: Code): string | undefined {
  if (typeof code === 'string') return code
  const parts: string[] = []
  for (const { key, code: inner, note } of code.entries) {
    const text = note === undefined ? flattened(inner) : undefined
    if (text === undefined) return undefined
    parts.push(key === undefined ? text : `${property(key)}: ${text}`)
  }
  const { open, close } = code
  if (parts.length === 0) return `${open}${close}`
  const gap = open.endsWith('{') ? ' ' : ''
  return `${open}${gap}${parts.join(', ')}${gap}${close}`
}

/** What anybody sent may end a line, or seem to. */
function commentText(text: string): string {
  return escaped(text)
}

/** `__proto__: …` would set the prototype. */
function property(name: string): string {
  if (name === '__proto__') return "['__proto__']"
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)
}

/** A text as a literal of JavaScript. */
export function quoted(text: string): string {
  const json = escaped(JSON.stringify(text)).slice(1, -1).replaceAll('\\"', '"')
  return text.includes("'") && !text.includes('"')
    ? escaped(JSON.stringify(text))
    : `'${json.replaceAll("'", "\\'")}'`
}

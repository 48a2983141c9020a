// A JSON Schema as a literal of TypeScript, with its notes as comments.

import { isJson, note, type Noted } from '../document/document.js'
import { quoted, type Code } from './code.js'

export function literalOf(value: unknown): Code {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) {
    const entries = value.map((each) => ({ code: literalOf(each) }))
    return { open: '[', entries, close: ']' }
  }
  if (!isJson(value)) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, each]) => ({
    key,
    code: literalOf(each),
    note: noteOf(each),
  }))
  return { open: '{', entries, close: '}' }
}

export function noteOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? (value as Noted)[note] : undefined
}

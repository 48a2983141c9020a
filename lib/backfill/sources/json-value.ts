// Reads a row from JSON text, keeping every digit of its numbers.

import { parse } from 'lossless-json'
import { describeValue } from '../../runtime/describe-value.js'

/**
 * Reads one row. A whole number that a JavaScript number cannot hold (a 64-bit id) becomes text: rounded, it would be
 * another user's id.
 *
 * @returns the row, or why the text is not one
 */
export function rowOfJson(text: string): { row: Record<string, unknown> } | { broken: string } {
  let value: unknown
  try {
    value = /\d{16}/.test(text)
      ? parse(text, undefined, { parseNumber, onDuplicateKey: ({ newValue }) => newValue })
      : JSON.parse(text)
  } catch (error) {
    // The message of JSON.parse quotes the text, which may be personal data.
    const [place = ''] = / at position \d+/.exec((error as Error).message) ?? []
    return { broken: `the text is not valid JSON${place && ': see the character'}${place}` }
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return { row: value as Record<string, unknown> }
  return { broken: `the row is ${describeValue(value)}; allowed: an object` }
}

function parseNumber(text: string): number | string {
  const number = Number(text)
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? text : number
}

// A row as JSON text has it, every digit of its numbers included.

import { parse } from 'lossless-json'
import { describeValue } from '../../runtime/describe-value.js'

/**
 * Reads one row. A whole number beyond what a JavaScript number holds (an id of 64 bits) becomes its text: rounded,
 * it would be somebody else's id.
 *
 * @returns the row, or why it is none
 */
export function rowOfJson(text: string): { row: Record<string, unknown> } | { broken: string } {
  let value: unknown
  try {
    value = /\d{16}/.test(text)
      ? parse(text, undefined, { parseNumber, onDuplicateKey: ({ newValue }) => newValue })
      : JSON.parse(text)
  } catch (error) {
    // The message of JSON.parse quotes the text, which is somebody's data.
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

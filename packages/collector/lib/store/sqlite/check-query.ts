// Which queries may be asked: one statement that only reads.
import { QueryRejected } from '../errors.js'

/** What is no code: comments, texts, and names in quotes. */
const SKIPPED = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]/g

/** @throws QueryRejected. The connection refuses to write as well: this is for an error that says more. */
export function checkQuery(text: string): void {
  if (text.includes('\u0000')) throw new QueryRejected('A query has no NUL characters')
  const code = text.replace(SKIPPED, ' ').trim().replace(/;$/, '')
  if (code === '') throw new QueryRejected('There is no query')
  if (code.includes(';')) throw new QueryRejected('Only one statement is allowed')
  const [first = ''] = /^\w*/.exec(code) ?? []
  if (!/^(?:select|with|values|explain)$/i.test(first)) {
    throw new QueryRejected('Only SELECT, WITH, VALUES and EXPLAIN are allowed')
  }
}

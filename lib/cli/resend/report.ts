// The account of a resend.

import { formatCount } from '../display.js'

export interface ResendReport {
  /** Lines read: `lines = filtered + broken + messages`. */
  lines: number
  /** Of another code than those that were asked for. */
  filtered: number
  /** That cannot be sent. */
  broken: number
  /** `messages = delivered + failed + pending`; in a dry run all are pending. */
  messages: number
  delivered: number
  failed: number
  pending: number
  byCode: Record<string, number>
  byType: Record<string, number>
  /** Whether every line was read and every message settled. */
  completed: boolean
  /** The line to begin with to go on; null where it is completed. */
  fromLine: number | null
  /** The file of what failed again; null where nothing did. */
  rejects: string | null
}

export function emptyReport(): ResendReport {
  return {
    lines: 0,
    filtered: 0,
    broken: 0,
    messages: 0,
    delivered: 0,
    failed: 0,
    pending: 0,
    byCode: {},
    byType: {},
    completed: false,
    fromLine: null,
    rejects: null,
  }
}

export function textOfResend(report: ResendReport, dryRun: boolean): string {
  const { lines, filtered, broken, messages, delivered, failed, byCode, byType, rejects } = report
  const text = [`${formatCount(lines)} lines read`]
  if (dryRun) {
    text[0] = `dry run: nothing was sent. ${String(text[0])}`
    text.push(`${formatCount(messages)} messages would be sent`, ...countsOf(byType))
    if (messages > 0) text.push('they failed with:', ...countsOf(byCode))
  } else text.push(`${formatCount(delivered)} of ${formatCount(messages)} messages delivered`)
  if (filtered > 0)
    text.push(`${formatCount(filtered)} lines have another code, and were left alone`)
  if (failed > 0) text.push(`${formatCount(failed)} messages failed again`)
  if (broken > 0) text.push(`${formatCount(broken)} lines cannot be sent`)
  if (rejects !== null) text.push(`what is left is in ${rejects}, each line with its reason`)
  return text.join('\n')
}

function countsOf(counts: Record<string, number>): string[] {
  return Object.entries(counts).map(([name, count]) => `  ${formatCount(count)} × ${name}`)
}

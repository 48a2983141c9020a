// The report of a resend.

import type { Progress } from '../../backfill/progress.js'
import type { BackfillReport, DryRunReport } from '../../backfill/report.js'
import { countLines, formatCount } from '../shared/words.js'
import type { VerbatimMapping } from './verbatim-mapping.js'

export interface ResendReport {
  /** Lines that are done: `lines = filtered + broken + messages` once all are. */
  lines: number
  /** Lines with a code that was not asked for. */
  filtered: number
  /** Lines that cannot be sent. */
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
  /** The line at which to resume; null if it is completed. */
  fromLine: number | null
  /** The file with what failed again; null if nothing did. */
  rejects: string | null
}

export function resendReport(
  report: BackfillReport | DryRunReport,
  { byCode, byType }: VerbatimMapping,
  run: { progress: Progress | undefined; firstLine: number; rejects: string },
): ResendReport {
  const { rows, skipped, rejected, delivered, completed, position } = report
  const isDryRun = 'samples' in report
  const tooLarge = report.rejectedByReason.message_too_large ?? 0
  const failed = report.failed + tooLarge
  const sent = isDryRun ? 0 : report.messages
  const pending = Math.max(0, (run.progress?.sent ?? 0) - sent)
  return {
    lines: rows,
    filtered: skipped,
    broken: rejected - failed,
    messages: delivered + failed + pending,
    delivered,
    failed,
    pending,
    byCode,
    byType,
    completed,
    fromLine: completed ? null : position?.line === undefined ? run.firstLine : position.line + 1,
    rejects: rejected > 0 && !isDryRun ? run.rejects : null,
  }
}

export function resendText(report: ResendReport, dryRun: boolean): string {
  const { lines, filtered, broken, messages, delivered, failed, byCode, byType, rejects } = report
  const text = [`${formatCount(lines, 'line')} read`]
  if (dryRun) {
    text[0] = `dry run: nothing was sent. ${String(text[0])}`
    text.push(`${formatCount(messages, 'message')} would be sent:`, ...countLines(byType))
    if (messages > 0) text.push('their codes:', ...countLines(byCode))
  } else text.push(`${formatCount(delivered)} of ${formatCount(messages, 'message')} delivered`)
  if (filtered > 0) text.push(`${formatCount(filtered, 'line')} skipped: they have another code`)
  if (failed > 0) text.push(`${formatCount(failed, 'message')} failed again`)
  if (broken > 0) text.push(`${formatCount(broken, 'line')} cannot be sent`)
  if (rejects !== null) text.push(`see ${rejects} for each with its reason`)
  return text.join('\n')
}

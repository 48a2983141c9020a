// A report for a person.

import type { BackfillReport, DryRunReport } from '../../backfill/report.js'
import type { RowPosition } from '../../backfill/source.js'
import { formatCount, span } from '../display.js'

export function textOfReport(report: BackfillReport): string {
  const { rows, messages, delivered, failed, skipped, rejected, bytes, duration } = report
  const seconds = Math.max(duration, 1) / 1000
  const lines = [
    `${formatCount(rows)} rows read, ${formatCount(messages)} messages, ${formatCount(delivered)} delivered`,
  ]
  if (failed > 0) lines.push(`${formatCount(failed)} messages were refused by the server`)
  if (skipped > 0) lines.push(`${formatCount(skipped)} rows were skipped by the mapping`)
  if (rejected > 0) {
    const where = report.rejects === undefined ? '' : `, in ${report.rejects}`
    lines.push(`${formatCount(rejected)} rows were rejected${where}:`)
    lines.push(...reasonsOf(report))
  }
  const { resumedFrom } = report
  if (resumedFrom !== undefined && resumedFrom === rows && report.completed)
    lines.push('an earlier run had done all of it; --no-resume does it again')
  else if (resumedFrom !== undefined) lines.push(`went on behind row ${formatCount(resumedFrom)}`)
  const { firstTimestamp, lastTimestamp } = report
  if (firstTimestamp !== undefined && lastTimestamp !== undefined)
    lines.push(`timestamps from ${firstTimestamp} to ${lastTimestamp}`)
  lines.push(
    `${formatCount(bytes)} bytes in ${span(duration)}, ${formatCount(delivered / seconds)} messages a second`,
  )
  return lines.join('\n')
}

export function textOfDryRun(report: DryRunReport): string {
  const { rows, messages, skipped, rejected, samples, suspicions, rejectedExamples } = report
  const lines = [
    `dry run: nothing was sent`,
    `${formatCount(rows)} rows would make ${formatCount(messages)} messages`,
  ]
  if (skipped > 0) lines.push(`${formatCount(skipped)} rows are skipped by the mapping`)
  const { firstTimestamp, lastTimestamp } = report
  if (firstTimestamp !== undefined && lastTimestamp !== undefined)
    lines.push(`timestamps from ${firstTimestamp} to ${lastTimestamp}`)
  if (rejected > 0) {
    lines.push('', `${formatCount(rejected)} rows would be rejected:`, ...reasonsOf(report))
    for (const { position, reason } of rejectedExamples)
      lines.push(`  ${placeOf(position)}: ${reason}`)
  }
  if (suspicions.length > 0) lines.push('', 'suspicious:')
  for (const { kind, count, examples } of suspicions) {
    lines.push(`  ${kind.replaceAll('_', ' ')}, in ${formatCount(count)} rows`)
    for (const { position, text } of examples) lines.push(`    ${placeOf(position)}: ${text}`)
  }
  if (samples.length > 0) lines.push('', 'the first messages:')
  for (const sample of samples) lines.push(JSON.stringify(sample, undefined, 2))
  return lines.join('\n')
}

function reasonsOf({ rejectedByReason }: BackfillReport): string[] {
  return Object.entries(rejectedByReason)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `  ${formatCount(count)} × ${reason}`)
}

function placeOf({ line, key }: RowPosition): string {
  if (line !== undefined) return `line ${line}`
  return key === undefined ? 'a row' : `key ${JSON.stringify(key)}`
}

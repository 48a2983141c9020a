// Formats the report of a backfill for people.

import type { BackfillReport, DryRunReport } from '../../backfill/report.js'
import type { RowPosition } from '../../backfill/sources/source.js'
import { countLines, formatCount, formatSpan } from '../shared/words.js'

export function reportText(report: BackfillReport): string {
  const { rows, messages, delivered, queued, failed, rejected, bytes, duration } = report
  const { resumedFrom } = report
  const done = queued ?? delivered
  const lines = [
    `${formatCount(rows, 'row')} read, ${formatCount(messages, 'message')}, ${formatCount(done)} ${queued === undefined ? 'delivered' : 'queued'}`,
  ]
  if (failed > 0) lines.push(`${formatCount(failed, 'message')} refused by the server`)
  lines.push(...skippedLines(report))
  if (rejected > 0) {
    const where = report.rejects === undefined ? '' : `, see ${report.rejects}`
    lines.push(`${formatCount(rejected, 'row')} rejected${where}:`)
    lines.push(...countLines(report.rejectedByReason))
  }
  if (resumedFrom !== undefined && resumedFrom === rows && report.completed)
    lines.push('nothing was left to do: an earlier run has sent it all; --again sends it again')
  else if (resumedFrom !== undefined) lines.push(`resumed after row ${formatCount(resumedFrom)}`)
  const rate = done / (Math.max(duration, 1) / 1000)
  lines.push(
    ...timestampLines(report),
    `${formatCount(bytes, 'byte')} in ${formatSpan(duration)}, ${formatCount(rate, 'message')} a second`,
  )
  return lines.join('\n')
}

/** @param showsValues whether to show wrong values unchanged, which may be e-mail addresses and names */
export function dryRunText(report: DryRunReport, showsValues: boolean): string {
  const { rows, messages, rejected, samples, suspicions, rejectedExamples } = report
  const lines = [
    'dry run: nothing was sent',
    `${formatCount(rows, 'row')} would make ${formatCount(messages, 'message')}`,
    ...skippedLines(report),
    ...timestampLines(report),
  ]
  if (rejected > 0) {
    lines.push('', `${formatCount(rejected, 'row')} would be rejected:`)
    lines.push(...countLines(report.rejectedByReason))
    lines.push('for example:')
    for (const { position, reason, value } of rejectedExamples) {
      const shown = value === undefined ? '' : `; it is ${valueText(value, showsValues)}`
      lines.push(`  ${placeOf(position)}: ${reason}${shown}`)
    }
    if (!showsValues && rejectedExamples.some(({ value }) => /\p{L}/u.test(value ?? '')))
      lines.push('  (letters are shown as a; --show-values shows them)')
  }
  if (suspicions.length > 0) lines.push('', 'suspicious:')
  for (const { kind, count, examples } of suspicions) {
    lines.push(`  ${kind.replaceAll('_', ' ')}, in ${formatCount(count, 'row')}`)
    for (const { position, text } of examples) lines.push(`    ${placeOf(position)}: ${text}`)
  }
  if (samples.length > 0) lines.push('', 'the first messages:')
  for (const sample of samples) lines.push(JSON.stringify(sample, undefined, 2))
  return lines.join('\n')
}

function valueText(value: string, showsLetters: boolean): string {
  const short = value.length <= 40 ? value : `${value.slice(0, 40)}…`
  return JSON.stringify(showsLetters ? short : short.replace(/\p{L}/gu, 'a'))
}

function skippedLines({ skipped }: BackfillReport): string[] {
  return skipped === 0 ? [] : [`${formatCount(skipped, 'row')} skipped by the mapping`]
}

function timestampLines({ firstTimestamp, lastTimestamp }: BackfillReport): string[] {
  if (firstTimestamp === undefined || lastTimestamp === undefined) return []
  return [`timestamps from ${firstTimestamp} to ${lastTimestamp}`]
}

function placeOf({ line, key }: RowPosition): string {
  if (line !== undefined) return `line ${line}`
  return key === undefined ? 'a row' : `key ${JSON.stringify(key)}`
}

// The results as text.

import { availableParallelism, cpus } from 'node:os'

export function report({ contestants, latency, startup, targets }) {
  const parts = [`Node ${process.version}, ${availableParallelism()} x ${cpus()[0].model.trim()}`]
  if (contestants) parts.push(throughputPart(contestants))
  if (latency) parts.push(latencyPart(latency))
  if (startup) parts.push(startupPart(startup))
  parts.push(targetsPart(targets))
  return parts.join('\n\n')
}

function throughputPart(contestants) {
  const of = (name) => contestants.find((contestant) => contestant.name === name)
  const [floor, segment] = ['floor', 'segment'].map(of)
  const ratio = (value, other) => (other ? (value / other).toFixed(2) : '-')
  const rows = contestants.map(({ title, messages, cpu, wall, sync, peak, requests, missing }) => [
    title,
    number(messages),
    cpu.toFixed(2),
    ratio(cpu, floor?.cpu),
    ratio(cpu, segment?.cpu),
    wall.toFixed(2),
    ratio(wall, floor?.wall),
    number(sync),
    ratio(sync, floor?.sync),
    number(peak),
    number(requests),
    missing === 0 ? 'all' : `${number(missing)} MISSING`,
  ])
  const head = [
    'contestant',
    'messages',
    'CPU us',
    'x floor',
    'x Segment',
    'wall us',
    'x floor',
    'sync ns',
    'x floor',
    'peak MB',
    'requests',
    'arrived',
  ]
  const { length } = contestants[0].rounds
  return [
    `Medians of ${length} rounds. CPU, wall and sync are per message; CPU from the start of the process.`,
    table([head, ...rows]),
    ...contestants.flatMap(remarks),
  ].join('\n')
}

function remarks({ title, messages, capped, bytes, startup, cpu, repeated, rounds }) {
  const complaints = rounds.map((round) => round.complaints).find((text) => text !== '')
  return [
    `  ${title}: ${number(bytes)} bytes a message; starting and importing ${startup.toFixed(2)} of ${cpu.toFixed(2)} us`,
    ...(capped ? [`    (${number(messages)} messages only: more would add minutes to a run)`] : []),
    ...(repeated > 0 ? [`    ${number(repeated)} messages arrived more than once`] : []),
    ...(complaints === undefined ? [] : [`    it said: ${complaints.slice(0, 300)}`]),
  ]
}

function latencyPart(latency) {
  const rows = Object.entries(latency).map(([name, { rate, p50, p99, p999, max }]) => [
    name === 'stringify' ? 'JSON.stringify alone' : name,
    number(rate),
    ...[p50, p99, p999, max].map((value) => value.toFixed(4)),
  ])
  const head = ['one call, ms', 'calls/s', 'p50', 'p99', 'p99.9', 'max']
  return ['Latency of a call while sending goes on.', table([head, ...rows])].join('\n')
}

function startupPart({ esm, cjs }) {
  const rows = [
    ['import', esm],
    ['require', cjs],
  ].map(([name, { bare, difference }]) => [name, bare.toFixed(1), `+${difference.toFixed(1)}`])
  return ['Startup.', table([['ms', 'bare Node', 'selfsame'], ...rows])].join('\n')
}

function targetsPart(targets) {
  const rows = targets.map(({ says, value, limit, unit, met }) => [
    met ? 'ok' : 'MISSED',
    says,
    `${round(value)}${unit}`,
    `at most ${limit}${unit}`,
  ])
  return ['Targets.', table(rows, 2)].join('\n')
}

/** @param textColumns how many columns are text, and so stand to the left */
function table(rows, textColumns = 1) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const line = (row) =>
    row.map((cell, column) =>
      column < textColumns ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    )
  return rows.map((row) => `  ${line(row).join('  ')}`).join('\n')
}

const number = (value) => Math.round(value).toLocaleString('en')
const round = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(2))

// Who delivers how much for how little: every contestant in turn, round after round, each in a fresh process.

import { measure } from './children.js'
import { median } from './numbers.js'

/** Each of its calls stringifies its whole queue, to see whether a batch is full: 100,000 would add a minute to a run. */
const fewer = 10_000

/** Each of its calls waits for the disk. */
const few = 1_000

export const contestants = [
  { name: 'floor', title: 'raw floor' },
  { name: 'selfsame', title: 'selfsame' },
  { name: 'durable', title: 'selfsame, directory' },
  { name: 'durable-false', title: 'selfsame, directory, fsync false' },
  { name: 'durable-call', title: 'selfsame, directory, fsync call', most: few },
  { name: 'segment', title: '@segment/analytics-node' },
  { name: 'posthog', title: 'posthog-node' },
  { name: 'rudderstack', title: '@rudderstack/rudder-sdk-node', most: fewer },
]

/** @returns the medians of each contestant, with the rounds that they are of */
export async function throughput({ rounds, messages, names, sink, tell }) {
  const taking = contestants.filter(({ name }) => names.includes(name))
  // The sink's own code is compiled and warm before anybody is measured.
  await measure('./contestant.js', 'floor', Math.min(messages, 20_000), sink.url)
  await sink.account()

  const results = new Map(taking.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    // Another one begins each round, so that nobody always runs behind the same neighbour.
    for (let index = 0; index < taking.length; index++) {
      const { name, title, most = Infinity } = taking[(index + round) % taking.length]
      tell(`round ${round + 1} of ${rounds}: ${title}`)
      results.get(name).push(await run(name, Math.min(messages, most), sink))
    }
  }
  return taking.map(({ name, title, most }) => ({
    ...summary(name, title, results.get(name)),
    capped: most !== undefined && most < messages,
  }))
}

async function run(name, messages, sink) {
  const measured = await measure('./contestant.js', name, messages, sink.url)
  const arrived = await sink.account()
  const { wall, cpu, startup, inCalls, peak, complaints } = measured
  return {
    messages,
    cpu: (cpu * 1000) / messages,
    startup: (startup * 1000) / messages,
    wall: (wall * 1000) / messages,
    sync: (inCalls * 1e6) / messages,
    peak,
    requests: arrived.requests,
    bytes: arrived.bytes / arrived.messages,
    missing: messages - arrived.distinct,
    repeated: arrived.messages - arrived.distinct,
    complaints,
  }
}

function summary(name, title, rounds) {
  const middle = (key) => median(rounds.map((round) => round[key]))
  const sum = (key) => rounds.reduce((total, round) => total + round[key], 0)
  return {
    name,
    title,
    messages: rounds[0].messages,
    cpu: middle('cpu'),
    startup: middle('startup'),
    wall: middle('wall'),
    sync: middle('sync'),
    peak: middle('peak'),
    requests: middle('requests'),
    bytes: middle('bytes'),
    missing: sum('missing'),
    repeated: sum('repeated'),
    rounds,
  }
}

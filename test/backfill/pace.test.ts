// The pace: as many messages a second as was said, over any ten seconds, also after an outage.

import { expect } from 'chai'
import { RateLimit } from '../../lib/delivery/paced/rate-limit.js'
import { backfill } from '../../lib/backfill/index.js'
import { people, withBench } from './setup.js'

/** When requests of `count` messages go, where each is sent as soon as it may, or `late` milliseconds later. */
function simulate(
  { rate, count, seconds }: { rate: number; count: number; seconds: number },
  late: (at: number) => number,
): { at: number; count: number }[] {
  let now = 1_000_000
  const pacer = new RateLimit(rate, () => now)
  const sent: { at: number; count: number }[] = []
  const end = now + seconds * 1_000
  while (now < end) {
    now += pacer.wait
    now += late(now)
    if (pacer.wait > 0) continue
    pacer.spend(count)
    sent.push({ at: now, count })
  }
  return sent
}

/** The least and the most messages in any ten seconds that the whole time has. */
function extremes(sent: { at: number; count: number }[]): { least: number; most: number } {
  let least = Infinity
  let most = 0
  const last = sent.at(-1)!.at
  for (const { at: from } of sent) {
    if (from + 10_000 > last) break
    const inWindow = (at: number): boolean => at >= from && at < from + 10_000
    const total = sent.reduce((sum, { at, count }) => sum + (inWindow(at) ? count : 0), 0)
    least = Math.min(least, total)
    most = Math.max(most, total)
  }
  return { least, most }
}

describe('the pace of 2,000 a second', () => {
  const run = { rate: 2_000, count: 400, seconds: 60 }

  it('is kept over any ten seconds, within 5 %', () => {
    const { least, most } = extremes(simulate(run, () => 0))
    expect(least).to.be.at.least(19_000)
    expect(most).to.be.at.most(21_000)
  })

  it('is kept if each timer is late by up to 50 ms', () => {
    let turn = 0
    const { least, most } = extremes(simulate(run, () => (turn++ * 17) % 50))
    expect(least).to.be.at.least(19_000)
    expect(most).to.be.at.most(21_000)
  })

  it('is not made up for after an outage: no ten seconds have more', () => {
    let hasBeen = false
    const outage = (at: number): number => {
      if (hasBeen || at < 1_020_000) return 0
      hasBeen = true
      return 15_000
    }
    expect(extremes(simulate(run, outage)).most).to.be.at.most(21_000)
  })
})

describe('a rate of', () => {
  it('0 is no limit', () => {
    const pacer = new RateLimit(0)
    pacer.spend(1e9)
    expect(pacer.wait).to.equal(0)
  })

  it('one message in three years is no loop: no timer runs for so long', () => {
    const pacer = new RateLimit(1e-8)
    pacer.spend(1)
    expect(pacer.wait).to.equal(3_600_000)
  })

  it('one message in ten seconds is kept', () => {
    const sent = simulate({ rate: 0.1, count: 1, seconds: 100 }, () => 0)
    const gaps = sent.slice(2).map(({ at }, n) => at - sent[n + 1]!.at)
    expect(Math.min(...gaps)).to.be.at.least(9_999)
    expect(Math.max(...gaps)).to.be.at.most(10_001)
  })
})

describe('a run with a rate', () => {
  it('sends requests of a fifth of a second, one after the other', () =>
    withBench(async ({ collector, options }) => {
      const report = await backfill(people(500), { ...options, rate: 500 })
      expect(report.delivered).to.equal(500)
      expect(collector.requests.map(({ count }) => count)).to.deep.equal([100, 100, 100, 100, 100])
      // The first goes at once, the second ahead of its time by as much as may be made up for.
      expect(report.duration).to.be.at.least(550)
    }))

  it('has what is tried again wait for its turn too: four requests that failed do not go at once', () =>
    withBench(async ({ collector, options }) => {
      collector.misbehave(({ n }) => (n <= 4 ? { status: 429, retryAfter: 2 } : undefined))
      const report = await backfill(people(400), { ...options, rate: 500 })
      expect(report.delivered).to.equal(400)
      const [first, , , fourth] = collector.requests.slice(4).map(({ at }) => at)
      // Three turns of 200 ms, less the 200 ms that may be made up for.
      expect(fourth! - first!).to.be.at.least(300)
    })).timeout(20_000)

  it('does not wait for a slow source to fill a request, for more than a second', () =>
    withBench(async ({ options }) => {
      const slow = async function* () {
        yield* people(3)
        await new Promise((resolve) => setTimeout(resolve, 1_500))
        yield* people(1)
      }
      const seen: [number, string | undefined][] = []
      await backfill(slow(), {
        ...options,
        onProgress: ({ delivered, waitingFor }) => seen.push([delivered, waitingFor]),
      })
      expect(seen).to.deep.include([3, 'the source'])
    }))

  it('says that it waits for the pace', () =>
    withBench(async ({ options }) => {
      const seen = new Set<string | undefined>()
      await backfill(people(300), {
        ...options,
        rate: 500,
        onProgress: ({ waitingFor }) => seen.add(waitingFor),
      })
      expect([...seen]).to.include('the pace (500/s)')
    }))
})

// What becomes of a job's messages, whatever engine it came from.

import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnalyticsOptions } from '../../lib/index.js'
import { jobText } from '../../lib/queue/job.js'
import { JobRunner, UndeliveredMessages } from '../../lib/queue/work/job-runner.js'
import { problemTeller } from '../../lib/queue/work/worker-options.js'
import { warningsOf } from '../support/warnings.js'
import { until } from './until.js'

const texts = [1, 2, 3].map((n) => JSON.stringify({ type: 'track', userId: 'u', event: `E${n}` }))
const job = jobText('web', texts)

describe('a job whose messages the server refuses', () => {
  let collector: Collector

  beforeEach(async () => {
    collector = await startCollector()
    collector.misbehave(() => ({ status: 401 }))
  })
  afterEach(() => collector.close())

  /** What is left of the job when it has failed; undefined if it is done. */
  async function restOf(
    deadLetter: AnalyticsOptions['deadLetter'],
    httpRequestTimeout?: number,
  ): Promise<unknown> {
    const source = { writeKey: 'k', host: collector.url, deadLetter, httpRequestTimeout }
    const runner = new JobRunner({ web: source }, undefined)
    try {
      await runner.run(job)
      return undefined
    } catch (error) {
      expect(error).to.be.instanceOf(UndeliveredMessages)
      return (error as UndeliveredMessages).rest
    } finally {
      expect(runner.stats).to.include({ delivered: 0, failed: 3, jobs: 1, problem: undefined })
      runner.stop()
    }
  }

  const whole = JSON.parse(job) as unknown

  it('fails with them', async () => {
    expect(await restOf(undefined)).to.deep.equal(whole)
  })

  it('is done if the file of dead letters has them, and fails if it cannot', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'selfsame-letters-'))
    try {
      const file = join(folder, 'letters.ndjson')
      expect(await restOf(file)).to.equal(undefined)
      expect(readFileSync(file, 'utf8').trim().split('\n')).to.have.length(3)

      const other = join(folder, 'other.ndjson')
      const warnings = await warningsOf(async () => {
        const failing = restOf(other)
        mkdirSync(other)
        expect(await failing).to.deep.equal(whole)
      })
      expect(warnings.map(({ code }) => code)).to.deep.equal(['SELFSAME_DEAD_LETTER'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('is done if the function has taken them', async () => {
    const taken: string[] = []
    const rest = await restOf((messages, { code, status }) => {
      taken.push(...messages.map(({ event }) => String(event)), code, String(status))
      return Promise.resolve()
    })
    expect(rest).to.equal(undefined)
    expect(taken).to.deep.equal(['E1', 'E2', 'E3', 'rejected', '401'])
  })

  for (const [what, take] of [
    [
      'throws',
      () => {
        throw new Error('mine')
      },
    ],
    ['rejects', () => Promise.reject(new Error('mine'))],
    ['never settles', () => new Promise(() => undefined)],
  ] as const) {
    it(`fails with them if the function ${what}`, async () => {
      const warnings = await warningsOf(async () => {
        expect(await restOf(take, 300)).to.deep.equal(whole)
      })
      const reasons = warnings.map(({ message }) => message).join()
      if (what === 'never settles') expect(reasons).to.equal('')
      else expect(reasons).to.include('the function deadLetter').and.include('mine')
    })
  }
})

describe('the function onProblem of a worker', () => {
  const sources = { web: 'k' }

  it('may throw and reject', async () => {
    let calls = 0
    const tell = problemTeller({
      sources,
      onProblem: () => {
        if (calls++ === 0) throw new Error('thrown')
        return Promise.reject(new Error('rejected')) as never
      },
    })
    const warnings = await warningsOf(async () => {
      tell('one')
      for (let n = 0; n < 9; n++) tell('more')
      await until(() => calls === 10)
    })
    expect(warnings.map(({ message }) => message).join('\n')).to.include('the function onProblem')
  })

  it('must be a function', () => {
    expect(() => problemTeller({ sources, onProblem: 'log' as never })).to.throw(
      TypeError,
      'option onProblem is a string; allowed: a function',
    )
  })
})

// A dry run: shows what would be sent and what is suspicious, and sends and writes nothing.

import { expect } from 'chai'
import { readdir } from 'node:fs/promises'
import { meantTrait } from '../../lib/spec/reserved-traits.js'
import {
  backfill,
  BackfillError,
  type DryRunReport,
  type Suspicion,
} from '../../lib/backfill/index.js'
import { errorOf, people, start, withBench } from './setup.js'

async function dry(calls: unknown[]): Promise<DryRunReport> {
  return await backfill(calls, { dryRun: true, map: (call) => call as never })
}

const call = { type: 'identify', userId: 'u1', traits: {}, timestamp: start }

const kinds = (suspicions: Suspicion[]): Record<string, number> =>
  Object.fromEntries(suspicions.map(({ kind, count }) => [kind, count]))

describe('a dry run', () => {
  it('counts, shows the first messages, sends nothing and writes nothing', () =>
    withBench(async ({ collector, folder, options }) => {
      const rows = people(300, (person) => {
        if (person.id === 'u7') person.at = 'yesterday'
      })
      const report = await backfill(rows, { ...options, dryRun: true })
      expect(report).to.deep.include({
        rows: 300,
        messages: 299,
        delivered: 0,
        failed: 0,
        rejected: 1,
        rejectedByReason: { 'timestamp is a string that is not an ISO-8601 date': 1 },
        firstTimestamp: '2014-01-01T00:00:00.000Z',
        completed: true,
        checkpoint: undefined,
        rejects: undefined,
        suspicions: [],
      })
      expect(report.samples).to.have.lengthOf(5)
      expect(report.samples[0]).to.deep.include({
        type: 'identify',
        userId: 'u0',
        traits: { email: 'u0@example.com', plan: 'basic' },
        timestamp: '2014-01-01T00:00:00.000Z',
      })
      expect(report.rejectedExamples).to.have.lengthOf(1)
      expect(report.rejectedExamples[0]!.position).to.deep.equal({ key: 7 })
      expect(collector.requests).to.have.lengthOf(0)
      expect(await readdir(folder)).to.deep.equal([])
    }))

  it('shows the messages that are sent then, to the byte', () =>
    withBench(async ({ collector, options }) => {
      const { samples } = await backfill(people(3), { ...options, dryRun: true })
      await backfill(people(3), options)
      const sent = collector.messages.map(({ messageId, userId, traits }) => ({
        messageId,
        userId,
        traits,
      }))
      const shown = samples.map(({ messageId, userId, traits }) => ({ messageId, userId, traits }))
      expect(shown).to.deep.equal(sent)
    }))

  it('needs no write key, and ends with limit and with maxRejects', async () => {
    expect(await backfill(people(10), { dryRun: true, map: () => null, limit: 4 })).to.include({
      rows: 4,
      skipped: 4,
    })
    const error = await errorOf(dryWithRejects())
    expect(error).to.be.instanceOf(BackfillError).and.include({ code: 'too_many_rejects' })
    expect((error as BackfillError).report).to.include({ rejected: 3 })
  })

  const dryWithRejects = () =>
    backfill(people(10), { dryRun: true, map: () => ({}) as never, maxRejects: 2 })
})

describe('a dry run finds', () => {
  it('e-mail addresses as userIds', async () => {
    const { suspicions } = await dry([call, { ...call, userId: 'peter@example.com' }])
    expect(suspicions).to.deep.equal([
      {
        kind: 'email_as_user_id',
        count: 1,
        examples: [{ position: { key: 1 }, text: 'the userId looks like an e-mail address' }],
      },
    ])
  })

  it('timestamps in the future and before 2000', async () => {
    const { suspicions } = await dry([
      { ...call, userId: 'a', timestamp: '2999-01-01' },
      { ...call, userId: 'b', timestamp: '1999-12-31' },
      { ...call, userId: 'c', timestamp: '2000-01-01' },
    ])
    expect(kinds(suspicions)).to.deep.equal({ timestamp_in_future: 1, timestamp_before_2000: 1 })
  })

  it('duplicate userIds, but not the several events of one, nor the parts of one identify', async () => {
    const many = Object.fromEntries([...Array(400).keys()].map((n) => [`t${n}`, n]))
    const { suspicions } = await dry([
      { ...call, traits: many },
      { type: 'track', userId: 'u1', event: 'E', timestamp: start },
      { type: 'track', userId: 'u1', event: 'E', timestamp: start },
      call,
      call,
    ])
    expect(kinds(suspicions)).to.deep.equal({ identical_message: 2, duplicate_user_id: 2 })
    expect(suspicions[1]!.examples.map(({ position }) => position)).to.deep.equal([
      { key: 3 },
      { key: 4 },
    ])
  })

  it('unknown spellings of reserved traits', async () => {
    const traits = { 'First Name': 'P', lastName: 'G', EMail: 'e', created_at: start, shoe: 1 }
    const { suspicions } = await dry([{ ...call, traits }])
    expect(kinds(suspicions)).to.deep.equal({ reserved_trait_spelling: 1 })
    expect(suspicions[0]!.examples.map(({ text }) => text)).to.deep.equal([
      'trait EMail: the reserved one is email',
      'trait First Name: the reserved one is firstName',
    ])
  })

  it('values that look like seconds, in traits that are named like times', async () => {
    const traits = { createdAt: 1388534400, last_login_at: '1388534400', revenue: 1388534400 }
    const { suspicions } = await dry([{ ...call, traits }])
    expect(kinds(suspicions)).to.deep.equal({ looks_like_seconds: 1 })
    expect(suspicions[0]!.examples).to.have.lengthOf(2)
  })

  it('more than one type in one trait', async () => {
    const { suspicions } = await dry(
      [1, '2', null, 3, true].map((size, n) => ({ ...call, userId: `u${n}`, traits: { size } })),
    )
    expect(kinds(suspicions)).to.deep.equal({ mixed_types: 2 })
    expect(suspicions[0]!.examples[0]).to.deep.equal({
      position: { key: 1 },
      text: 'trait size is of type string; it was of type number before',
    })
  })

  it('and shows five examples of a kind at most, without what is in the rows', async () => {
    const calls = [...Array(100).keys()].map((n) => ({
      ...call,
      userId: `secret${n}@example.com`,
      traits: { EMail: 'secret' },
    }))
    const { suspicions } = await dry(calls)
    expect(kinds(suspicions)).to.deep.equal({ email_as_user_id: 100, reserved_trait_spelling: 100 })
    for (const { examples } of suspicions) expect(examples).to.have.lengthOf(5)
    expect(JSON.stringify(suspicions)).to.not.include('secret')
  })
})

describe('the reserved trait that a name is meant for', () => {
  for (const [name, meant] of [
    ['firstname', 'firstName'],
    ['First Name', 'firstName'],
    ['Email', 'email'],
    ['e-mail', 'email'],
    ['email', undefined],
    ['first_name', undefined],
    ['createdAt', undefined],
    ['ape', undefined],
    ['names', undefined],
    ['stage', undefined],
    ['score', undefined],
    ['x'.repeat(10_000), undefined],
  ] as const) {
    it(`${name.slice(0, 20)}: ${meant ?? 'none'}`, () => {
      expect(meantTrait(name)).to.equal(meant)
    })
  }
})

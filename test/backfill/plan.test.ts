// A backfill with a plan: rows of which a call is not as planned are rejected.

import { expect } from 'chai'
import { z } from 'zod'
import { backfill, type BackfillCall, type BackfillOptions } from '../../lib/backfill/index.js'
import { definePlan } from '../../lib/plan/index.js'
import { start, withBench, type Person } from './setup.js'

const event = z.object({ plan: z.enum(['basic', 'premium']), source: z.string().default('import') })
const plan = definePlan({ events: { 'Signed Up': event } })

const map = ({ id, plan: tier, at }: Person): BackfillCall<typeof plan> => ({
  type: 'track',
  userId: id,
  event: 'Signed Up',
  properties: { plan: tier as 'basic' },
  timestamp: at as number,
})
const rows: Person[] = ['basic', 'gold', 'premium'].map((tier, n) => ({
  id: `u${n}`,
  plan: tier,
  at: start + n,
}))

/** The options of a bench without its mapping, which knows no plan. */
function optionsOf(given: BackfillOptions<Person>): Omit<BackfillOptions<Person>, 'map' | 'plan'> {
  const { map: mapping, ...options } = given
  expect(mapping).to.be.a('function')
  return options
}

describe('a backfill with a plan', () => {
  it('rejects the rows that are not as planned, and sends the others as they are', () =>
    withBench(async ({ collector, options: given, rejects }) => {
      const report = await backfill(rows, { ...optionsOf(given), map, plan })
      expect(report).to.include({ rows: 3, delivered: 2, rejected: 1 })
      expect(collector.messages.map(({ properties }) => properties)).to.deep.equal([
        { plan: 'basic' },
        { plan: 'premium' },
      ])
      const [rejected] = await rejects()
      expect(rejected!.reason).to.equal(
        'track "Signed Up" is not as planned: properties.plan is a string, which the plan does not allow',
      )
    }))

  it('says so in a dry run, and counts it as one kind', () =>
    withBench(async ({ options: given }) => {
      const report = await backfill(rows, { ...optionsOf(given), map, plan, dryRun: true })
      expect(report.rejectedByReason).to.deep.equal({ 'not as planned': 1 })
    }))

  it('sends what the schemas make of it, if the plan transforms', () =>
    withBench(async ({ collector, options: given }) => {
      const transforming = definePlan({ events: { 'Signed Up': event }, transform: true })
      await backfill(rows.slice(0, 1), { ...optionsOf(given), map, plan: transforming })
      expect(collector.messages[0]!.properties).to.deep.equal({ plan: 'basic', source: 'import' })
    }))

  it('refuses what is no plan', async () => {
    await withBench(async ({ options: given }) => {
      const error = await backfill(rows, {
        ...optionsOf(given),
        map,
        plan: {} as typeof plan,
      }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(error).to.be.instanceOf(TypeError)
      expect(String(error)).to.include('option plan is an object; allowed: what definePlan()')
    })
  })
})

// The logs: shaped as Profiles Sync shapes them.
import { expect } from 'chai'
import type { LogName } from '../../lib/profiles/changes.js'
import { LOG_TABLES } from '../../lib/profiles/logs.js'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { allScenarios } from './scenarios.js'
import { incoming } from './people.js'
import { Shelf } from './shelf.js'

const TYPES = { text: 'string', timestamp: 'string', integer: 'number' } as Record<string, string>

describe('the logs', () => {
  it('have rows of exactly their columns, each of its type', () => {
    for (const { given } of allScenarios()) {
      const shelf = new Shelf(given.space, given.rules)
      shelf.takeIn(given.incoming)
      for (const [name, columns] of Object.entries(LOG_TABLES)) {
        for (const row of shelf.logs[name as LogName]) {
          expect(Object.keys(row).sort()).to.deep.equal([...columns.keys()].sort())
          for (const [column, cell] of Object.entries(row)) {
            if (cell !== null) expect(typeof cell).to.equal(TYPES[columns.get(column) ?? ''])
          }
        }
      }
    }
  })

  it('give each row an id of its own', () => {
    for (const { given } of allScenarios()) {
      const shelf = new Shelf(given.space, given.rules)
      shelf.takeIn(given.incoming)
      const ids = Object.values(shelf.logs).flatMap((rows) => rows.map((row) => row.id))
      expect(new Set(ids).size).to.equal(ids.length)
    }
  })

  it('are those of the case study in the documentation of Profiles Sync', () => {
    const scenario = allScenarios().find(
      ({ name }) => name === 'Two anonymous visits joined by an e-mail address',
    )
    if (scenario === undefined) throw new Error('no such scenario')
    const shelf = new Shelf('s', scenario.given.rules)
    shelf.takeIn(scenario.given.incoming)
    const graph = shelf.logs.id_graph_updates
    const [one, two] = graph.map((row) => row.segment_id)
    expect(
      graph.map((row) => [
        row.segment_id,
        row.canonical_segment_id,
        row.triggering_event_type,
        row.triggering_event_id,
      ]),
    ).to.deep.equal([
      [one, one, 'page', 'm1'],
      [two, two, 'page', 'm3'],
      [two, one, 'identify', 'm4'],
    ])
    expect(
      shelf.logs.external_id_mapping_updates.map((row) => [
        row.segment_id,
        row.external_id_type,
        row.external_id_value,
        row.triggering_event_id,
      ]),
    ).to.deep.equal([
      [one, 'anonymous_id', '5285bc35-05ef-4d21', 'm1'],
      [one, 'email', 'jane.kim@segment.com', 'm2'],
      [two, 'anonymous_id', 'b50e18a5-1b8d-451c', 'm3'],
    ])
  })

  it('name the traits that a message changed, and those that a merge brought', () => {
    const shelf = new Shelf('test', rulesFrom())
    shelf.takeIn(
      incoming(
        { userId: 'u1', traits: { plan: 'free', seats: 1 } },
        { userId: 'u1', traits: { plan: 'free', seats: 2, ['__proto__']: 'x' } },
        { anonymousId: 'a1', traits: { plan: 'premium' } },
        { userId: 'u1', anonymousId: 'a1', type: 'page' },
      ),
    )
    expect(shelf.logs.profile_traits_updates.map((row) => [row.seq, row.traits])).to.deep.equal([
      [1, '{"plan":"free","seats":1}'],
      [2, '{"seats":2,"__proto__":"x"}'],
      [3, '{"plan":"premium"}'],
      [4, '{"plan":"premium"}'],
    ])
  })

  it('say of a violation which limit it was, and who has the identifier', () => {
    const shelf = new Shelf('test', rulesFrom())
    shelf.takeIn(incoming({ userId: 'u1', anonymousId: 'a1' }, { userId: 'u2', anonymousId: 'a1' }))
    const [first, second] = shelf.profiles()
    expect(shelf.logs.violations).to.have.length(1)
    expect(shelf.logs.violations[0]).to.deep.include({
      name: 'Identifier value limit exceeded',
      external_id_type: 'anonymous_id',
      external_id_value: 'a1',
      limited_type: 'user_id',
      segment_id: second?.id,
      conflicting_segment_id: first?.id,
      triggering_event_id: 'm2',
      triggering_event_source_name: 'web',
    })
  })
})

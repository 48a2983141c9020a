// The scenarios of people in scenarios/*.json, and how to run them against whatever finds people in messages.
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { Incoming } from '../../lib/messages/incoming.js'
import type { CollectedMessage, JsonObject } from '../../lib/messages/message.js'
import type { LogRow } from '../../lib/profiles/changes.js'
import type { Account, Profile } from '../../lib/profiles/profile.js'
import { type Rules, rulesFrom, type RulesOption } from '../../lib/profiles/rules.js'
import { traitsOf } from '../../lib/profiles/traits.js'

/** What messages are expected to become. */
interface Scenario {
  readonly name: string
  readonly story: string
  /** The page that the example is from. */
  readonly from?: string
  readonly rules?: RulesOption
  /** Their messageIds are m1, m2, …; they are a minute apart unless they say when they happened. */
  readonly messages: readonly (JsonObject & { readonly source?: string })[]
  readonly people: readonly {
    /** `type:value` */
    readonly ids: readonly string[]
    readonly traits?: JsonObject
    /** The messageIds of what is counted to this person. */
    readonly messages: readonly string[]
    /** The messageId of what created the profile that is left. */
    readonly createdBy?: string
  }[]
  /** The traits of each account. */
  readonly accounts?: Readonly<Record<string, JsonObject>>
  /** `messageId: name: type:value` */
  readonly violations: readonly string[]
}

/** A scenario as something that finds people gets it. */
export interface Given {
  readonly incoming: readonly Incoming[]
  readonly rules: Rules
  readonly space: string
  readonly accountIds: readonly string[]
}

/** What was found. */
export interface Found {
  readonly profiles: Iterable<Profile>
  /** The profile that each message is counted to now. */
  readonly messages: Iterable<{
    readonly messageId: string
    readonly profileId: string | undefined
  }>
  readonly accounts: Iterable<Account>
  /** The rows of the log `violations`. */
  readonly violations: Iterable<LogRow>
}

const FOLDER = new URL('scenarios/', import.meta.url)
const START = Date.parse('2026-03-02T09:00:00.000Z')

/** Every scenario becomes a test. */
export function itFindsThePeople(find: (given: Given) => Found | Promise<Found>): void {
  for (const file of readdirSync(FOLDER).sort()) {
    describe(file.replace('.json', ''), () => {
      for (const scenario of scenariosIn(file)) {
        it(scenario.name, async () => {
          expect(described(await find(given(scenario)))).to.deep.equal(expected(scenario))
        })
      }
    })
  }
}

/** Every scenario, ready to be run. */
export function allScenarios(): { readonly name: string; readonly given: Given }[] {
  return readdirSync(FOLDER).flatMap((file) =>
    scenariosIn(file).map((scenario) => ({ name: scenario.name, given: given(scenario) })),
  )
}

function scenariosIn(file: string): Scenario[] {
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Scenario[]
}

function given({ messages, rules, accounts }: Scenario): Given {
  const space = 'scenarios'
  const incoming = messages.map(({ source = 'web', ...fields }, index) => {
    const receivedAt = new Date(START + index * 60_000).toISOString()
    const message = {
      messageId: `m${index + 1}`,
      receivedAt,
      timestamp: receivedAt,
      ...fields,
    } as unknown as CollectedMessage
    return { message, space, source }
  })
  return { incoming, rules: rulesFrom(rules), space, accountIds: Object.keys(accounts ?? {}) }
}

function expected(scenario: Scenario) {
  return {
    people: byFirstId(
      scenario.people.map((person) => ({
        ids: [...person.ids].sort(),
        traits: Object.entries(person.traits ?? {}).sort(byKey),
        messages: [...person.messages].sort(),
        createdBy: person.createdBy ?? firstOf(person.messages),
      })),
    ),
    accounts: { ...scenario.accounts },
    violations: [...scenario.violations].sort(),
  }
}

function described(found: Found) {
  const messages = [...found.messages]
  return {
    people: byFirstId(
      [...found.profiles].map((profile) => ({
        ids: profile.mappings.map(({ type, value }) => `${type}:${value}`).sort(),
        traits: Object.entries(traitsOf(profile)).sort(byKey),
        messages: messages
          .filter(({ profileId }) => profileId === profile.id)
          .map(({ messageId }) => messageId)
          .sort(),
        createdBy: profile.firstMessageId,
      })),
    ),
    accounts: Object.fromEntries(
      [...found.accounts].map((account) => [account.id, traitsOf(account)]),
    ),
    violations: [...found.violations].map(violationText).sort(),
  }
}

function violationText(row: LogRow): string {
  const about =
    row.external_id_type === null ? '' : `: ${row.external_id_type}:${row.external_id_value}`
  return `${row.triggering_event_id}: ${row.name}${about}`
}

function byFirstId<T extends { readonly ids: readonly string[] }>(people: T[]): T[] {
  return people.sort((a, b) => ((a.ids[0] ?? '') < (b.ids[0] ?? '') ? -1 : 1))
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The messages of a scenario are numbered in the order of arrival. */
function firstOf(messageIds: readonly string[]): string | undefined {
  return [...messageIds].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))[0]
}

// What happened to identifiers, in plain English.
import type { LogRow } from './changes.js'
import type { Identifier, Profile } from './profile.js'
import type { Rules, Window } from './rules.js'
import { identifierOf, type Tie } from './ties.js'

export function nameOf({ type, value }: Identifier): string {
  return `${type} ${value}`
}

/** How a person is called: by the highest-ranked identifier. */
export function personOf({ mappings }: Profile, rules: Rules): string {
  const [highest] = mappings.toSorted((a, b) => rules.compareTypes(a.type, b.type))
  return highest === undefined ? 'somebody' : nameOf(highest)
}

export function sentenceOfTie({ from, to, isFromNew, isToNew, isCreation, row }: Tie): string {
  const message = messageOf(row)
  if (from === undefined || to === undefined) return sentenceWithoutMessage(from ?? to, row)
  const both = `had ${nameOf(from)} and ${nameOf(to)}`
  if (row.triggering_event_type === 'split') {
    return `${nameOf(from)} and ${nameOf(to)} were split off together on ${dayOf(row)}.`
  }
  if (isFromNew && isToNew) {
    return isCreation
      ? `${message} ${both}. Nobody had either, so a person began with them.`
      : `${message} ${both}. Both were new, and were added to the person that its other identifiers belong to.`
  }
  if (isFromNew || isToNew) {
    const [known, added] = isToNew ? [from, to] : [to, from]
    return `${message} ${both}. ${nameOf(added)} was new, and was added to the person that ${nameOf(known)} belongs to.`
  }
  return `${message} ${both}. They belonged to two people, who became one.`
}

function sentenceWithoutMessage(known: Identifier | undefined, row: LogRow): string {
  const what =
    known === undefined
      ? 'made one person of two'
      : `tied ${nameOf(known)} to other identifiers of the person`
  return `${messageOf(row)} ${what}. The message itself is no longer kept.`
}

/**
 * @param counterpart - An identifier of the message that was not left out.
 * @param owner - The person that the one left out belongs to, or could not be added to.
 */
export function sentenceOfViolation(
  row: LogRow,
  rules: Rules,
  counterpart: Identifier | undefined,
  owner: Profile | undefined,
): string {
  if (row.external_id_type === null) return `${messageOf(row)} had nothing that identifies anybody.`
  const dropped = identifierOf(row)
  const had = [counterpart, dropped].flatMap((each) => (each === undefined ? [] : nameOf(each)))
  const reason = reasonOfViolation(row, rules, owner)
  return `${messageOf(row)} had ${had.join(' and ')}. ${reason}, so ${nameOf(dropped)} was left out.`
}

/** Why an identifier was left out, without a full stop: `anonymous_id a1 already belongs to user_id u1, and a …`. */
export function reasonOfViolation(row: LogRow, rules: Rules, owner: Profile | undefined): string {
  const dropped = identifierOf(row)
  switch (row.name) {
    case 'ID value blocked':
      return `${dropped.value.trim() === '' ? 'A blank' : dropped.value} is a blocked value, which identifies nobody`
    case 'Profile merge limit exceeded':
      return `At most ${rules.maxMerges} profiles are merged into one`
    case 'Identifier mapping limit exceeded':
      return `A person has at most ${rules.maxMappings} identifiers`
    case 'Identifier split off':
      return 'The two people were split by hand'
    default: {
      const owned = belonging(dropped, rules, owner)
      const limit = limitOf(String(row.limited_type), rules)
      return owned === undefined ? `A ${limit}` : `${owned}, and a ${limit}`
    }
  }
}

function belonging(dropped: Identifier, rules: Rules, owner: Profile | undefined) {
  const isOwned = owner?.mappings.some(
    ({ type, value }) => type === dropped.type && value === dropped.value,
  )
  if (owner === undefined || isOwned !== true) return undefined
  const person = personOf(owner, rules)
  return person === nameOf(dropped)
    ? `${person} is another person`
    : `${nameOf(dropped)} already belongs to ${person}`
}

const SPANS: Readonly<Record<Window, string>> = {
  ever: '',
  weekly: ' a week',
  monthly: ' in 30 days',
  annually: ' a year',
}

function limitOf(type: string, rules: Rules): string {
  const { max, window } = rules.limitOf(type)
  const verb = window === 'ever' ? 'has' : 'gets'
  const values = max === 1 ? `one ${type}` : `at most ${max} values of ${type}`
  return `person ${verb} ${values}${SPANS[window]}`
}

export function messageOf(row: LogRow): string {
  const name = row.triggering_event_name === null ? '' : ` "${row.triggering_event_name}"`
  return `Message ${row.triggering_event_id} (${row.triggering_event_type}${name} from ${row.triggering_event_source_name}, ${dayOf(row)})`
}

export function dayOf({ timestamp }: LogRow): string {
  return `${String(timestamp).slice(0, 16).replace('T', ' ')} UTC`
}

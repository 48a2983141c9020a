// How a person is called.
import type { Fields, Identifier } from '../data/answers.js'
import { shown } from '../parts/shown.js'

interface Named {
  readonly identifiers: readonly Identifier[]
  readonly traits: Fields
}

/** By name, e-mail address or userId; an anonymous one by the beginning of an id. */
export function titleOf({ identifiers, traits }: Named): string {
  const { name, firstName, lastName } = traits
  const full = [firstName, lastName].filter(isText).join(' ')
  const named = isText(name) ? name : full
  if (named !== '') return shown(named, 60)
  const best = ['email', 'user_id']
    .map((type) => identifiers.find((each) => each.type === type))
    .find((each) => each !== undefined)
  if (best !== undefined) return shown(best.value, 60)
  const [first] = identifiers
  return first === undefined ? 'Nobody' : `Anonymous ${shown(first.value, 8)}`
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

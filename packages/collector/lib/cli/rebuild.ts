// `selfsame-collector rebuild`: resolves all people again, and shows who joins and who splits.
import type { Command } from 'commander'
import { rebuild as rebuildPeople } from '../people/rebuild.js'
import type { Difference, Person } from '../profiles/diff.js'
import { rulesFrom } from '../profiles/rules.js'
import { addStore, count, type StoreFlags } from './options.js'
import { withStore } from './store.js'
import { escaped } from '../../../../lib/spec/message-line.js'
import { exitCodes, type Terminal } from './terminal.js'

export interface RebuildFlags extends StoreFlags {
  apply?: boolean
  json?: boolean
  limit: number
}

export function addRebuild(command: Command): Command {
  command
    .option(
      '--apply',
      'put the result in the place of what there is (default: show the difference)',
    )
    .option('--diff', 'show the difference; so it does anyway')
    .option('--limit <n>', 'differences to show', count, 50)
    .option('--json', 'all differences, as JSON')
  return addStore(command)
}

export async function rebuild(flags: RebuildFlags, terminal: Terminal): Promise<number> {
  const apply = flags.apply === true
  const rebuilt = await withStore(flags, (store, space) =>
    rebuildPeople(store, { space, rules: rulesFrom(flags.rules), apply }),
  )
  if (flags.json === true) {
    terminal.print(JSON.stringify({ ...rebuilt, isApplied: apply }))
    return exitCodes.done
  }
  const { differences, people, same } = rebuilt
  for (const difference of differences.slice(0, flags.limit)) terminal.print(textOf(difference))
  const more = differences.length - flags.limit
  if (more > 0) terminal.print(`and ${more} more: --limit shows them`)
  terminal.print(`${people.before} people before, ${people.after} now; ${same} are the same`)
  if (!apply && differences.length > 0) {
    terminal.tell('nothing was changed: --apply puts the result in place')
  }
  return exitCodes.done
}

function textOf({ kind, before, after }: Difference): string {
  const list = (people: readonly Person[]) => people.map(personText).join('\n          ')
  return escapedLines(`${kind}\n  before  ${list(before)}\n  now     ${list(after)}`)
}

function personText(person: Person): string {
  return person.length === 0
    ? 'nobody'
    : person.map(({ type, value }) => `${type}:${value}`).join(' ')
}

function escapedLines(text: string): string {
  return text.split('\n').map(escaped).join('\n')
}

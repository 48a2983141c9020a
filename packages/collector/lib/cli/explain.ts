// `selfsame-collector explain`: why two ids are one person, or two.
import type { Command } from 'commander'
import { People } from '../people/people.js'
import { rulesFrom } from '../profiles/rules.js'
import { addStore, type StoreFlags } from './options.js'
import { identifierIn, withStore } from './store.js'
import { escaped } from '../../../../lib/spec/message-line.js'
import { exitCodes, type Terminal } from './terminal.js'

export interface ExplainFlags extends StoreFlags {
  json?: boolean
}

export function addExplain(command: Command): Command {
  command
    .argument('<a>', 'such as user_id:u1')
    .argument('<b>', 'such as anonymous_id:a1')
    .option('--json', 'the explanation as JSON')
  return addStore(command)
}

export async function explain(
  a: string,
  b: string,
  flags: ExplainFlags,
  terminal: Terminal,
): Promise<number> {
  const identifiers = [identifierIn(a), identifierIn(b)] as const
  const explanation = await withStore(flags, (store, space) =>
    new People(store, rulesFrom(flags.rules)).explain(space, ...identifiers),
  )
  if (flags.json === true) terminal.print(JSON.stringify(explanation))
  else {
    terminal.print(escaped(explanation.summary))
    for (const { timestamp, sentence } of explanation.steps) {
      terminal.print(`  ${timestamp}  ${escaped(sentence)}`)
    }
  }
  return exitCodes.done
}

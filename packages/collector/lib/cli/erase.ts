// `selfsame-collector erase`: forgets a person.
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { People } from '../people/people.js'
import { rulesFrom } from '../profiles/rules.js'
import { addStore, type StoreFlags } from './options.js'
import { identifierIn, withStore } from './store.js'
import { escaped } from '../../../../lib/spec/message-line.js'
import { exitCodes, type Terminal, UsageError } from './terminal.js'

export interface EraseFlags extends StoreFlags {
  yes?: boolean
}

export function addErase(command: Command): Command {
  command
    .argument('<id>', 'any identifier of the person, such as user_id:u1')
    .option('--yes', 'do not ask')
  return addStore(command)
}

export async function erase(id: string, flags: EraseFlags, terminal: Terminal): Promise<number> {
  const identifier = identifierIn(id)
  return await withStore(flags, async (store, space) => {
    const profile = await store.profileOf(space, identifier)
    if (profile === undefined) {
      terminal.tell(`nobody has ${id}`)
      return exitCodes.failed
    }
    const ids = profile.mappings.map(({ type, value }) => `${type}:${value}`)
    if (flags.yes !== true && !(await isMeant(escaped(ids.join(', '))))) {
      terminal.tell('nothing was erased')
      return exitCodes.failed
    }
    const people = new People(store, rulesFrom(flags.rules))
    const { messages, rows } = await people.erase(space, profile.id)
    terminal.print(`erased: ${messages} messages, ${rows} rows`)
    return exitCodes.done
  })
}

async function isMeant(ids: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError('nobody can be asked here: give --yes')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await lines.question(`Erase the person with ${ids}? [y/N] `)
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}

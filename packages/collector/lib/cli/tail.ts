// `selfsame-collector tail`: prints messages as they arrive at a collector that is running.
import type { Command } from 'commander'
import { type LineMessage, messageLine } from '../../../../lib/spec/message-line.js'
import { count } from './options.js'
import { addRemote, Remote, type RemoteFlags } from './remote.js'
import { exitCodes, interruption, type Terminal } from './terminal.js'

export interface TailFlags extends RemoteFlags {
  last: number
  json?: boolean
}

interface Page {
  readonly messages: readonly {
    readonly position: string
    /** Absent if a request was refused as a whole. */
    readonly message?: LineMessage
    readonly refused?: { readonly kind: string; readonly code?: string; readonly reason?: string }
  }[]
}

const WAIT = '5000'

export function addTail(command: Command): Command {
  command
    .argument('[filter]', 'such as: type:track event:"Signed Up"')
    .option('--last <n>', 'begin with the last messages', count, 10)
    .option('--json', 'whole messages, one a line')
  return addRemote(command)
}

export async function tail(
  filter: string | undefined,
  flags: TailFlags,
  terminal: Terminal,
): Promise<number> {
  const remote = new Remote(flags)
  const stop = new AbortController()
  void interruption().then(() => {
    stop.abort()
  })
  const query = { filter: filter ?? '', all: 'true' }
  const first = (await remote.get('/_/messages', { ...query, limit: String(flags.last) })) as Page
  let after = '0'
  const show = ({ messages }: Page) => {
    for (const found of messages) {
      terminal.print(flags.json === true ? JSON.stringify(found.message ?? null) : lineOf(found))
      after = found.position
    }
  }
  show({ messages: [...first.messages].reverse() })
  const isStopped = () => stop.signal.aborted
  while (!isStopped()) {
    try {
      const next = { ...query, after, wait: WAIT, limit: '1000' }
      show((await remote.get('/_/messages', next, stop.signal)) as Page)
    } catch (error) {
      if (isStopped()) break
      throw error
    }
  }
  return exitCodes.done
}

function lineOf({ message, refused }: Page['messages'][number]): string {
  const line = message === undefined ? 'a request' : messageLine(message)
  if (refused === undefined) return line
  return `${line} [${refused.kind}${refused.code === undefined ? '' : ` ${refused.code}`}]`
}

// The options of `selfsame dev`.

import { InvalidArgumentError, Option, type Command } from 'commander'

export interface DevFlags {
  port: number
}

export function addDevOptions(command: Command): Command {
  return command.addOption(
    new Option('--port <n>', 'where to listen on 127.0.0.1; 0 is any free port')
      .argParser(port)
      .default(4010),
  )
}

function port(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= 65_535) return number
  throw new InvalidArgumentError('Allowed: a whole number, 0 to 65535.')
}

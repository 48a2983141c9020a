// The options of `selfsame dev`.

import { InvalidArgumentError, Option, type Command } from 'commander'

export interface DevFlags {
  port: number
  db?: string
  space?: string
  plan?: string
}

export function addDevOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--port <n>', 'where to listen on 127.0.0.1; 0 is any free port')
        .argParser(port)
        .default(4010),
    )
    .option('--db <file>', 'keep messages, people and tables in a SQLite file')
    .option('--space <name>', 'the space that all write keys share (default: each its own)')
    .option('--plan <file>', 'say what is not as planned: a .ts or .mjs module with a plan')
}

function port(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= 65_535) return number
  throw new InvalidArgumentError('Allowed: a whole number, 0 to 65535.')
}

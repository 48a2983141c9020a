// The options of `selfsame plan` and its subcommands.

import { Option, type Command } from 'commander'
import { addRowMapping, addSource, type BackfillFlags } from '../../backfill/options.js'

export interface MessageFlags extends Partial<
  Omit<BackfillFlags, 'suggest' | 'to' | 'toEnv' | 'source' | 'space' | 'integrations'>
> {
  store?: string
  storeEnv?: string
  tokenEnv?: string
}

export const schemaKinds = ['json-schema', 'zod'] as const

export interface OutputFlags {
  out?: string
  force?: boolean
}

export interface InferFlags extends MessageFlags, OutputFlags {
  schema: (typeof schemaKinds)[number]
  examples: boolean
}

export interface CheckFlags extends MessageFlags {
  plan?: string
  json?: boolean
}

export interface ExportFlags extends OutputFlags {
  jsonSchema?: boolean
  markdown?: boolean
}

export interface ImportFlags extends OutputFlags {
  schema: (typeof schemaKinds)[number]
}

export interface DiffFlags {
  json?: boolean
}

function addMessages(command: Command): Command {
  command
    .optionsGroup('Messages of a collector:')
    .option('--store <file|url>', 'its store: a SQLite file, or postgres:// without a password')
    .option('--store-env <name>', 'environment variable that has the file or the URL')
    .option('--token-env <name>', 'environment variable that has the token of one that runs')
  addSource(command)
  return addRowMapping(command)
}

function addOutput(command: Command): Command {
  return command
    .option('--out <file>', 'write into a file (default: standard output)')
    .option('--force', 'replace the file of --out')
}

function addSchema(command: Command): Command {
  return command.addOption(
    new Option('--schema <kind>', 'what the schemas are written in')
      .choices(schemaKinds)
      .default('json-schema'),
  )
}

export function addInferOptions(command: Command): Command {
  addSchema(addOutput(command)).option(
    '--no-examples',
    'show no values: neither in comments nor as what is allowed',
  )
  return addMessages(command)
}

export function addCheckOptions(command: Command): Command {
  command
    .option('--plan <file>', 'the plan (default: plan.ts, plan.mts, plan.mjs or plan.js)')
    .option('--json', 'print the report as JSON')
    .option('--show-values', 'show what the schemas say, which may quote a value')
  return addMessages(command)
}

export function addExportOptions(command: Command): Command {
  return addOutput(
    command
      .option('--json-schema', 'as a JSON Schema of messages')
      .option('--markdown', 'as a page for people'),
  )
}

export function addImportOptions(command: Command): Command {
  return addSchema(addOutput(command))
}

export function addDiffOptions(command: Command): Command {
  return command.option('--json', 'print the report as JSON')
}

// The subcommands of `selfsame plan`, as commander knows them.

import type { Command } from 'commander'
import type { Terminal } from '../shared/terminal.js'
import {
  addCheckOptions,
  addDiffOptions,
  addExportOptions,
  addImportOptions,
  addInferOptions,
  type CheckFlags,
  type DiffFlags,
  type ExportFlags,
  type ImportFlags,
  type InferFlags,
} from './flags/options.js'

export const planExamples = [
  'selfsame plan infer messages.ndjson --out plan.ts',
  'selfsame plan check --plan plan.ts messages.ndjson',
  'selfsame plan check users.csv --user-id id --timestamp created_at --trait email',
  'selfsame plan export plan.ts --json-schema --out plan.json',
  'selfsame plan diff plan.json plan.ts',
]

/** @param ended gets the exit code */
export function addPlan(
  program: Command,
  terminal: Terminal,
  ended: (code: number) => void,
): Command {
  const plan = program
    .command('plan')
    .description('which events there are: find out, check, compare')
  const files =
    "NDJSON or a JSON array of messages, dead letters, the URL of a collector; '-' is standard input"
  addInferOptions(plan.command('infer').argument('[files...]', files))
    .description('write a first plan from messages')
    .action(async (given: string[], flags: InferFlags) => {
      const { runInfer } = await import('./command.js')
      ended(await runInfer(given, flags, terminal))
    })
  addCheckOptions(plan.command('check').argument('[files...]', `${files}; CSV with a mapping`))
    .description('say which messages would violate a plan, and how many')
    .action(async (given: string[], flags: CheckFlags) => {
      const { runCheck } = await import('./command.js')
      ended(await runCheck(given, flags, terminal))
    })
  addExportOptions(plan.command('export').argument('[plan]', 'the file of the plan'))
    .description('write a plan as JSON Schema or as a page')
    .action(async (given: string | undefined, flags: ExportFlags) => {
      const { runExport } = await import('./command.js')
      ended(await runExport(given, flags, terminal))
    })
  addImportOptions(plan.command('import').argument('<file>', 'JSON'))
    .description('write a plan from JSON Schema, or from a tracking plan of Segment or RudderStack')
    .action(async (given: string, flags: ImportFlags) => {
      const { runImport } = await import('./command.js')
      ended(await runImport(given, flags, terminal))
    })
  addDiffOptions(plan.command('diff').argument('<before>').argument('<after>'))
    .description(
      'say what a change of a plan breaks; each is a plan or what export --json-schema wrote',
    )
    .action(async (before: string, after: string, flags: DiffFlags) => {
      const { runDiff } = await import('./command.js')
      ended(await runDiff([before, after], flags, terminal))
    })
  return plan
}

// `selfsame plan export`: a plan for people and tools without TypeScript.

import { exitCodes, UsageError } from '../../shared/exit-codes.js'
import type { Terminal } from '../../shared/terminal.js'
import { named, nameless, note, type PlanDocument } from '../document/document.js'
import { planPath } from '../../shared/load-plan.js'
import type { ExportFlags } from '../flags/options.js'
import { markdownOf } from '../write/markdown.js'
import { writeOutput } from '../write/output.js'
import { messageSchemaOf } from './message-schema.js'
import { planDocument } from './plan-document.js'

/** @returns the exit code */
export async function runExport(
  file: string | undefined,
  flags: ExportFlags,
  terminal: Terminal,
): Promise<number> {
  const { jsonSchema = false, markdown = false } = flags
  if (jsonSchema === markdown) throw new UsageError('give --json-schema or --markdown')
  const document = await planDocument(planPath(file))
  for (const [name, why] of withoutSchema(document))
    terminal.tell(`${name} allows anything: ${why}`)
  const text = markdown
    ? markdownOf(document)
    : JSON.stringify(messageSchemaOf(document), undefined, 2)
  await writeOutput(text, flags, terminal)
  return exitCodes.done
}

function withoutSchema(document: PlanDocument): [name: string, why: string][] {
  const all = [
    ...named.flatMap((part) => [...(document[part] ?? [])]),
    ...nameless.map((part) => [part, document[part]] as const),
  ]
  return all.flatMap(([name, schema]) => {
    const why = schema?.[note]
    return why === undefined ? [] : [[JSON.stringify(name), why] as [string, string]]
  })
}

// `selfsame plan import`: a plan of another tool, or a JSON Schema, as TypeScript.

import { formatCount } from '../../shared/words.js'
import { exitCodes, UsageError } from '../../shared/exit-codes.js'
import type { Terminal } from '../../shared/terminal.js'
import { jsonSchema } from '../../../plan/json-schema.js'
import { named, nameless, type Json, type PlanDocument } from '../document/document.js'
import { jsonIn } from '../document/json-file.js'
import type { ImportFlags } from '../flags/options.js'
import { writeOutput } from '../write/output.js'
import { typeScriptOf } from '../write/typescript.js'
import { importedFrom } from './document-in.js'

/** @returns the exit code */
export async function runImport(
  file: string,
  flags: ImportFlags,
  terminal: Terminal,
): Promise<number> {
  const { document, remarks } = importedFrom(await jsonIn(file), file)
  checkSchemas(document, file)
  for (const remark of remarks) terminal.tell(remark)
  const { size } = document.events
  const first = `A plan of ${formatCount(size, 'event')}, imported from JSON.`
  const text = typeScriptOf(document, { schema: flags.schema, remarks: [first, ...remarks] })
  await writeOutput(text, flags, terminal)
  return exitCodes.done
}

/** @throws UsageError that names the first that no plan could have */
function checkSchemas(document: PlanDocument, file: string): void {
  const check = (place: string, schema: Json): void => {
    try {
      jsonSchema(schema)
    } catch (error) {
      throw new UsageError(`${file}: ${place}: ${(error as Error).message}`, { cause: error })
    }
  }
  for (const part of named) {
    for (const [name, schema] of document[part] ?? []) check(JSON.stringify(name), schema)
  }
  for (const part of nameless) {
    const schema = document[part]
    if (schema) check(part, schema)
  }
}

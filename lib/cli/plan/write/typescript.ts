// A plan as a TypeScript module, for people to go on with.

import type { Json, Noted, PlanDocument } from '../document/document.js'
import { escaped } from '../../../spec/message-line.js'
import { laidOut, type Code, type Entry } from './code.js'
import { literalOf, noteOf } from './literal.js'
import { zodOf } from './zod.js'

export interface TypeScriptOptions {
  readonly schema: 'json-schema' | 'zod'
  /** What stands at the top, a comment a line. */
  readonly remarks: readonly string[]
}

export function typeScriptOf(
  document: PlanDocument,
  { schema, remarks }: TypeScriptOptions,
): string {
  const used = new Set<'jsonSchema' | 'z'>()
  const codeOf = (each: Json & Noted): Code => {
    const zod = schema === 'zod' ? zodOf(each) : undefined
    used.add(zod === undefined ? 'jsonSchema' : 'z')
    if (zod !== undefined) return zod
    const literal = literalOf(each)
    if (typeof literal === 'string') return `jsonSchema(${literal})`
    return { ...literal, open: `jsonSchema(${literal.open}`, close: `${literal.close})` }
  }
  const plan = laidOut({ open: 'definePlan({', entries: entriesOf(document, codeOf), close: '})' })
  const imports = [
    `import { definePlan${used.has('jsonSchema') ? ', jsonSchema' : ''} } from 'selfsame/plan'`,
    ...(used.has('z') ? ["import { z } from 'zod'"] : []),
  ]
  const comments = remarks.map((line) => `// ${escaped(line)}`)
  return [
    ...comments,
    ...imports,
    '',
    `export const plan = ${plan}`,
    '',
    'export default plan',
  ].join('\n')
}

function entriesOf(document: PlanDocument, codeOf: (schema: Json & Noted) => Code): Entry[] {
  const entries: Entry[] = []
  for (const name of ['events', 'pages', 'screens'] as const) {
    const schemas = document[name]
    if (schemas === undefined) continue
    const inner = [...schemas].map(([key, schema]) => ({
      key,
      code: codeOf(schema),
      note: noteOf(schema),
    }))
    entries.push({ key: name, code: { open: '{', entries: inner, close: '}' } })
  }
  for (const name of ['traits', 'groupTraits'] as const) {
    const schema = document[name]
    if (schema !== undefined) {
      entries.push({ key: name, code: codeOf(schema), note: noteOf(schema) })
    }
  }
  if (document.unplanned === 'allow') entries.push({ key: 'unplanned', code: "'allow'" })
  return entries
}

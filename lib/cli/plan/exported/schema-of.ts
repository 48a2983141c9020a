// The JSON Schema of a schema of a plan, by what its library has for it.

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { toError } from '../../../runtime/describe-value.js'
import { isUnchecked } from '../../../plan/asked-schemas.js'
import type { AnySchema } from '../../../plan/plan.js'
import { isJson, note, type Json, type Noted } from '../document/document.js'

/** The interface of Standard JSON Schema (standardschema.dev), which zod and arktype have. */
interface Convertible {
  readonly '~standard': {
    readonly jsonSchema?: { readonly input: (options: { target: string }) => unknown }
  }
}

export type Converter = (schema: AnySchema) => Json & Noted

/**
 * Converts schemas. What cannot be converted allows anything, and its note says why.
 *
 * @param planPath of the plan: what valibot needs is looked for in its project
 */
export async function converterFor(planPath: string): Promise<Converter> {
  const valibot = await valibotConverter(planPath)
  return (schema) => {
    const { vendor } = schema['~standard']
    if (isUnchecked(schema)) return { [note]: 'a TypeScript type alone' }
    const { jsonSchema } = (schema as Convertible)['~standard']
    try {
      const made = jsonSchema
        ? jsonSchema.input({ target: 'draft-2020-12' })
        : vendor === 'valibot'
          ? valibot?.(schema)
          : undefined
      if (isJson(made)) return withoutDialect(made)
    } catch (error) {
      return { [note]: `${vendor} has no JSON Schema for it: ${toError(error).message}` }
    }
    const hint = vendor === 'valibot' ? '; install @valibot/to-json-schema' : ''
    return { [note]: `${vendor} has no JSON Schema for it${hint}` }
  }
}

function withoutDialect(made: Json): Json {
  // What the library keeps in it besides JSON is left behind.
  const schema = JSON.parse(JSON.stringify(made)) as Json
  delete schema.$schema
  return schema
}

async function valibotConverter(
  planPath: string,
): Promise<((schema: AnySchema) => unknown) | undefined> {
  try {
    const path = createRequire(resolve(planPath)).resolve('@valibot/to-json-schema')
    const { toJsonSchema } = (await import(pathToFileURL(path).href)) as {
      toJsonSchema: (schema: AnySchema, options: object) => unknown
    }
    return (schema) => toJsonSchema(schema, { typeMode: 'input' })
  } catch {
    return undefined
  }
}

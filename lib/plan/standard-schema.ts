// The interface of Standard Schema, version 1 (standardschema.dev), as far as a plan needs it: zod, valibot, arktype and
// others have it. Its types are made to be copied.

/** A schema of any library that has the interface. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    /** The name of the library. */
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    /** For the compiler alone. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a schema says of a value: what it makes of it, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

export interface SchemaIssue {
  readonly message: string
  /** From the value to what is wrong in it. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
  /** Keys that are not in the schema, as zod names them. The interface does not have it. */
  readonly keys?: unknown
}

/** What may be passed to a schema. */
export type InputOf<Schema> = Schema extends {
  readonly '~standard': { readonly types?: infer Types }
}
  ? NonNullable<Types> extends { readonly input: infer Input }
    ? Input
    : unknown
  : unknown

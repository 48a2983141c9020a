// Makes the source from the options.

import { fileSource } from '../../backfill/sources/file-source.js'
import { stdinPath } from '../../backfill/sources/file-bytes.js'
import { databaseUrl, hasPassword } from '../../backfill/sources/postgres-url.js'
import { postgresSource } from '../../backfill/sources/postgres-source.js'
import type { BackfillSource } from '../../backfill/sources/source.js'
import { UsageError } from '../shared/exit-codes.js'
import type { BackfillFlags } from './options.js'

export interface Input {
  readonly source: BackfillSource<Record<string, unknown>>
  /** The prefix of the names of the run's files. */
  readonly name: string
  readonly canResume: boolean
  /** What to rerun in order to resume, for messages. */
  readonly resumeWith: string
}

/** As much of the options as says where the rows are. */
export type InputFlags = Pick<
  BackfillFlags,
  | 'format'
  | 'delimiter'
  | 'quote'
  | 'columns'
  | 'encoding'
  | 'from'
  | 'fromEnv'
  | 'query'
  | 'key'
  | 'readers'
> & { header?: boolean }

/** @throws UsageError, or TypeError that names the option */
export function inputOf(file: string | undefined, flags: InputFlags): Input {
  const { from, fromEnv, query, key, readers } = flags
  const isQuery = [from, fromEnv, query, key, readers].some((flag) => flag !== undefined)
  if (!isQuery) return fileInput(file, flags)
  if (file !== undefined) throw new UsageError('give a file or --from, not both')
  if (query === undefined) throw new UsageError("a database needs --query 'select …'")
  const source = postgresSource({ url: urlOf(from, fromEnv), query, key, readers })
  return { source, name: 'query', canResume: key !== undefined, resumeWith: 'the same command' }
}

function fileInput(file: string | undefined, flags: InputFlags): Input {
  if (file === undefined)
    throw new UsageError("give a file, '-' for standard input, or --from with a database")
  const { format, delimiter, quote, columns, header, encoding } = flags
  const source = fileSource(file, {
    format,
    delimiter,
    quote: quote === 'none' ? false : quote,
    columns,
    ...(header === false ? { header } : {}),
    encoding,
  })
  const isStdin = file === stdinPath
  return {
    source,
    name: isStdin ? 'stdin' : (source.name ?? file),
    canResume: true,
    resumeWith: isStdin ? 'the same command with the same input' : 'the same command',
  }
}

function urlOf(from: string | undefined, fromEnv: string | undefined): string {
  if (from !== undefined && fromEnv !== undefined)
    throw new UsageError('give --from or --from-env, not both')
  const url = fromEnv === undefined ? from : process.env[fromEnv]
  if (url === undefined || url === '') {
    throw new UsageError(
      fromEnv === undefined
        ? 'a query needs a database: --from postgres://user@host/name'
        : 'the environment variable that --from-env names is not set',
    )
  }
  // The messages must not show the URL, which may contain a password.
  const database = databaseUrl(url)
  if (!database)
    throw new UsageError(
      'option --from or --from-env is not a URL; allowed: for example postgres://user@host/name',
    )
  if (from !== undefined && hasPassword(database))
    throw new UsageError(
      'a password on the command line can be read by every user of the machine: leave it out and set PGPASSWORD or ~/.pgpass, or give the URL in an environment variable with --from-env',
    )
  return url
}

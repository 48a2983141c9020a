// Where a shared queue is, and the packages that it needs.

import { databaseUrl, hasPassword } from '../../backfill/sources/postgres-url.js'
import { UsageError } from './exit-codes.js'

/**
 * The URL of a queue, from the command line or from an environment variable.
 *
 * @throws UsageError that shows no password
 */
export function queueUrl(
  given: string | undefined,
  variable: string | undefined,
  flag: string,
): string | undefined {
  if (given === undefined && variable === undefined) return undefined
  if (given !== undefined && variable !== undefined)
    throw new UsageError(`give ${flag} or ${flag}-env, not both`)
  const url = given ?? process.env[variable ?? '']
  // The messages must not show the URL, which may contain a password.
  if (url === undefined || url === '')
    throw new UsageError(`the environment variable that ${flag}-env names is not set`)
  const parsed = databaseUrl(url) ?? (URL.canParse(url) ? new URL(url) : undefined)
  if (!parsed) throw new UsageError(`option ${flag} or ${flag}-env is not a URL`)
  if (given !== undefined && hasPassword(parsed))
    throw new UsageError(
      `a password on the command line can be read by every user of the machine: give the URL in an environment variable with ${flag}-env`,
    )
  return url
}

/** Engines are optional: anyone who has none of them need not install one. */
export async function installed<Module>(
  packages: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new UsageError(`what the queue needs is not installed: npm install ${packages}`)
  }
}

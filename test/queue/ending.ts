// Runs the program that makes two calls and ends.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readJob } from '../../lib/queue/job.js'
import { run, type Ended } from '../support/programs.js'

export const program = new URL('programs/ends.js', import.meta.url)

export interface EndSettings {
  connection?: unknown
  pool?: unknown
  end?: 'exit' | 'SIGTERM' | 'throw' | 'wait'
  [name: string]: unknown
}

/** Settings are in a file: nothing secret is on the command line or in the environment. */
export async function withSettings<T>(
  settings: EndSettings,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-ending-'))
  try {
    const path = join(folder, 'settings.json')
    writeFileSync(path, JSON.stringify(settings))
    return await use(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export type Ending = Ended & { counts: unknown }

export function runToItsEnd(settings: EndSettings, app = program): Promise<Ending> {
  return withSettings({ end: 'exit', ...settings }, async (path) => {
    const ended = await run(app, [path])
    const counts: unknown = ended.stdout === '' ? undefined : JSON.parse(ended.stdout)
    return { ...ended, counts }
  })
}

/** The events in jobs, in their order. */
export function eventsOf(jobs: readonly unknown[]): unknown[] {
  return jobs.flatMap((job) =>
    readJob(job).messages.map((text) => (JSON.parse(text) as { event: unknown }).event),
  )
}

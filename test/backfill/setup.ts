// A collector and a folder for one test of a backfill, and the options that point at them.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BackfillOptions, RejectedRow } from '../../lib/backfill/index.js'
import { startCollector, type Collector, type CollectorOptions } from '@selfsame/collector'

export interface Person {
  id: string | number
  email?: string
  plan?: string
  at?: unknown
}

export interface Bench {
  collector: Collector
  folder: string
  /** As fast as possible, with files in the folder. */
  options: BackfillOptions<Person>
  rejects: () => Promise<RejectedRow[]>
  checkpoint: () => Promise<{ completed: boolean; totals: { rows: number; delivered: number } }>
}

export const start = Date.UTC(2014, 0, 1)

/** A row as a person's sign-up. */
export function identify({ id, email, plan, at }: Person) {
  return {
    type: 'identify' as const,
    userId: id,
    traits: { email, plan },
    timestamp: at as string | number,
  }
}

export function* people(count: number, change?: (person: Person) => void): Generator<Person> {
  for (let n = 0; n < count; n++) {
    const person = { id: `u${n}`, email: `u${n}@example.com`, plan: 'basic', at: start + n * 1_000 }
    change?.(person)
    yield person
  }
}

export async function withBench(
  test: (bench: Bench) => Promise<void>,
  collectorOptions: CollectorOptions = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-backfill-'))
  const collector = await startCollector(collectorOptions)
  try {
    const rejects = join(folder, 'rejects.ndjson')
    const checkpoint = join(folder, 'checkpoint.json')
    await test({
      collector,
      folder,
      options: {
        writeKey: 'abc123',
        host: collector.url,
        proxy: false,
        rate: 0,
        map: identify,
        rejects,
        checkpoint,
      },
      rejects: async () => {
        const text = await readFile(rejects, 'utf8')
        return text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as RejectedRow)
      },
      checkpoint: async () =>
        JSON.parse(await readFile(checkpoint, 'utf8')) as Awaited<ReturnType<Bench['checkpoint']>>,
    })
  } finally {
    await collector.close()
    await rm(folder, { recursive: true })
  }
}

/** What a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not reject')
}

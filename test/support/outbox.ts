// A directory for an outbox, gone when the test ends, and what is in it.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  directory,
  type Analytics,
  type AnalyticsError,
  type AnalyticsOptions,
} from '../../lib/index.js'
import type { DirectoryOptions } from '../../lib/index.js'
import type { Outbox, OutboxListener, OutboxSettings } from '../../lib/outbox/outbox.js'
import { withCollector, type Setup } from './clients.js'

export interface OutboxSetup extends Setup {
  /** The directory. */
  path: string
  /** A client that keeps its messages there. */
  durable: (options?: Partial<AnalyticsOptions>, directoryOptions?: DirectoryOptions) => Analytics
  /** What the clients have reported. */
  errors: AnalyticsError[]
  /** The files of batches, with the directories that they are in. */
  batchFiles: () => string[]
}

export async function withOutbox(test: (setup: OutboxSetup) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'selfsame-outbox-'))
  const path = join(root, 'outbox')
  try {
    await withCollector(async (setup) => {
      const errors: AnalyticsError[] = []
      await test({
        ...setup,
        path,
        errors,
        durable: (options, directoryOptions) => {
          const client = setup.client({ outbox: directory(path, directoryOptions), ...options })
          client.on('error', (error) => errors.push(error))
          return client
        },
        batchFiles: () => filesIn(path),
      })
    })
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** An outbox without a client. */
export function openOutbox(
  path: string,
  options?: DirectoryOptions,
  listener: Partial<OutboxListener> = {},
  limits: Partial<Omit<OutboxSettings, 'listener'>> = {},
): Outbox {
  return directory(
    path,
    options,
  )({
    maxBatchSize: 2_500,
    maxBatchBytes: 480 * 1024,
    maxMessageBytes: 32 * 1024,
    maxQueueBytes: 2 ** 30,
    overflow: 'drop-newest',
    source: 'source',
    ...limits,
    listener: {
      dropped: () => undefined,
      restored: () => undefined,
      lost: () => undefined,
      ready: () => undefined,
      warn: () => undefined,
      ...listener,
    },
  })
}

/** The files of batches in a directory, oldest first. */
export function filesIn(path: string): string[] {
  return (readdirSync(path, { recursive: true }) as string[])
    .filter((name) => /\.(open|batch)$/.test(name))
    .sort()
    .map((name) => join(path, name))
}

/** Calls `track` so often, with messageIds from `first` on. */
export function trackMany(client: Analytics, count: number, first = 0): void {
  for (let i = first; i < first + count; i++) {
    client.track({ userId: 'u', event: 'E', messageId: `m${i}`, properties: { i } })
  }
}

export const idsFrom = (first: number, end: number): string[] =>
  Array.from({ length: end - first }, (_, i) => `m${first + i}`)

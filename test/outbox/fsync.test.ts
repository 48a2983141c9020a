// What `fsync` promises: with 'call' a message is on the disk itself before its call returns.

import { expect } from 'chai'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import type { DirectoryOptions } from '../../lib/index.js'
import { trackMany, withOutbox } from '../support/outbox.js'

const syncing = ['fdatasyncSync', 'fsyncSync'] as const

/** How often a file of messages was brought to the disk while the work ran. */
function syncsDuring(work: () => void): number {
  const real = { fdatasyncSync: fs.fdatasyncSync, fsyncSync: fs.fsyncSync }
  let count = 0
  for (const name of syncing) {
    fs[name] = (fd) => {
      if (fs.fstatSync(fd).isFile()) count++
      real[name](fd)
    }
  }
  syncBuiltinESMExports()
  try {
    work()
  } finally {
    Object.assign(fs, real)
    syncBuiltinESMExports()
  }
  return count
}

describe('an outbox in a directory', () => {
  for (const [fsync, wanted] of [
    ['call', 20],
    ['batch', 0],
    [false, 0],
  ] satisfies [DirectoryOptions['fsync'], number][]) {
    it(`with fsync ${String(fsync)}: ${wanted} of 20 calls wait for the disk`, () =>
      withOutbox(async ({ collector, durable }) => {
        await collector.down()
        const client = durable({}, { fsync })
        expect(syncsDuring(() => trackMany(client, 20))).to.equal(wanted)
        await client.close({ timeout: 0 })
      }))
  }
})

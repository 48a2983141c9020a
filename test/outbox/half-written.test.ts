// A disk that becomes full in the middle of a message, and a process that is killed afterwards.

import { expect } from 'chai'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { withOutbox } from '../support/outbox.js'

const program = fileURLToPath(new URL('./programs/half-written.js', import.meta.url))

/** What the program prints until it kills itself. Its files can have 16 KiB, as on a full disk. */
async function runOnSmallDisk(...args: string[]): Promise<string> {
  const command = 'ulimit -f 16 && exec "$@"'
  return await new Promise((resolve, reject) => {
    execFile(
      'bash',
      ['-c', command, 'bash', process.execPath, program, ...args],
      { timeout: 15_000 },
      (error, stdout, stderr) => {
        if (error?.signal === 'SIGKILL') resolve(stdout)
        else reject(new Error(`it was to kill itself: ${stderr}`))
      },
    )
  })
}

describe('a message for which the disk has no room', () => {
  it('leaves nothing behind: the others are delivered after kill -9, and no loss is reported twice', () =>
    withOutbox(async ({ collector, durable, path, errors }) => {
      const printed = await runOnSmallDisk(collector.url, path)
      expect(printed).to.equal('queue_full too long\n')
      const next = durable()
      expect(await next.close()).to.deep.equal({ delivered: 2, failed: 0, pending: 0 })
      expect(errors).to.deep.equal([])
      expect(collector.messages.map(({ event }) => event)).to.deep.equal(['before', 'after'])
    }))
})

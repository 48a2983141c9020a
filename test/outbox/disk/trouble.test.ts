// A disk that is full, and a directory that becomes read-only: the host goes on, and nothing that was accepted is lost.

import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { withCollector } from '../../support/clients.js'
import { idsFrom } from '../../support/outbox.js'

interface Told {
  called: number
  during: { pending: number; failed: number; enqueued: number; delivered: number }
  counts: { delivered: number; failed: number; pending: number }
  refused: string[]
  reasons: string[]
}

const program = fileURLToPath(new URL('./programs/trouble.js', import.meta.url))

/** Runs the program, with files of no more than `kilobytes`. */
async function run(args: string[], kilobytes: number | 'unlimited'): Promise<Told> {
  const child = spawn(
    'bash',
    ['-c', 'ulimit -f "$0" && exec "$@"', String(kilobytes), process.execPath, program, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect(code, stderr).to.equal(0)
  return JSON.parse(stdout) as Told
}

async function check(
  trouble: string,
  kilobytes: number | 'unlimited',
  reason: RegExp,
): Promise<Told> {
  const root = mkdtempSync(join(tmpdir(), 'selfsame-trouble-'))
  chmodSync(root, 0o777)
  let told: Told | undefined
  await withCollector(async ({ collector }) => {
    told = await run([collector.url, join(root, 'outbox'), trouble], kilobytes)
    const { called, during, counts, refused, reasons } = told
    expect(during.enqueued).to.equal(during.delivered + during.failed + during.pending)
    expect(counts.pending).to.equal(0)
    expect(refused).to.have.lengthOf(counts.failed)
    expect(refused).to.have.length.greaterThan(0)
    expect(reasons.join('\n')).to.match(reason)
    expect(reasons).to.have.lengthOf(1)
    // Every call is delivered, or was reported; in order; and what comes after the trouble is delivered.
    const ids = collector.messages.map(({ messageId }) => messageId)
    expect(ids).to.deep.equal(idsFrom(0, called).filter((id) => !refused.includes(id)))
    expect(ids).to.include.members(idsFrom(0, 50))
    expect(ids).to.include.members(idsFrom(called - 10, called))
  })
  rmSync(root, { recursive: true, force: true })
  return told!
}

describe('an outbox in a directory', () => {
  it('that cannot grow any more refuses what is new, and delivers what it has', async () => {
    await check('full', 30, /^queue_full: the directory of the outbox cannot be written: EFBIG$/)
  })

  it('that becomes read-only refuses what is new, and delivers what it has', async () => {
    await check(
      'read-only',
      'unlimited',
      /^queue_full: the directory of the outbox cannot be written: EACCES$/,
    )
  })
})

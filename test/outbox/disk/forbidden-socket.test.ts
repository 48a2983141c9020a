// A liveness marker of another user's: its socket may be there, and this process not be allowed to connect to it.

import { expect } from 'chai'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Liveness } from '../../../lib/outbox/disk/liveness.js'
import { aliveName } from '../../../lib/outbox/disk/names.js'
import { OwnerMonitor } from '../../../lib/outbox/disk/owner-monitor.js'

const minute = 60_000

/** Root may connect to any socket; the user "nobody" may not. */
const nobody = 65_534

/** Runs `work` without the right to connect to a socket that allows it to nobody. */
async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work()
  process.seteuid!(nobody)
  try {
    return await work()
  } finally {
    process.seteuid!(0)
  }
}

/** Runs `work` with a monotonic clock that moves only when it is told to. */
async function withClock(work: (pass: (milliseconds: number) => void) => Promise<void>) {
  let now = performance.now()
  Object.defineProperty(performance, 'now', { value: () => now, configurable: true })
  try {
    await work((milliseconds) => {
      now += milliseconds
    })
  } finally {
    Reflect.deleteProperty(performance, 'now')
  }
}

const hasSockets = process.platform !== 'win32'

describe('a client whose socket this process may not connect to', () => {
  if (!hasSockets) return

  it('is dead once its marker has not been renewed for five minutes', async () => {
    const path = mkdtempSync(join(tmpdir(), 'selfsame-forbidden-'))
    const liveness = new Liveness(path)
    try {
      chmodSync(path, 0o755)
      liveness.announce()
      chmodSync(join(path, aliveName(liveness.owner)), 0)
      await withClock(async (pass) => {
        const monitor = new OwnerMonitor(path)
        const isDead = (): Promise<boolean> => withoutRights(() => monitor.isDead(liveness.owner))
        expect(await isDead()).to.equal(false)
        pass(4 * minute)
        await liveness.beat()
        expect(await isDead()).to.equal(false)
        pass(4 * minute)
        expect(await isDead()).to.equal(false)
        // A moment more: sums of fractions of a millisecond may fall short of five minutes.
        pass(minute + 1)
        expect(await isDead()).to.equal(true)
      })
    } finally {
      liveness.end()
      rmSync(path, { recursive: true, force: true })
    }
  })
})

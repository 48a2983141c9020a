// A client in a test whose timers are faked by sinon.

import { expect } from 'chai'
import sinon from 'sinon'
import type { Counts } from '../../lib/index.js'
import { withCollector } from '../support/clients.js'

const track = { userId: 'u1', event: 'Signed Up' }

type Fakes = Parameters<typeof sinon.useFakeTimers>[0]

async function withFakeTimers(
  fakes: Fakes,
  test: (clock: sinon.SinonFakeTimers) => Promise<void>,
): Promise<void> {
  const clock = sinon.useFakeTimers(fakes)
  try {
    await test(clock)
  } finally {
    clock.restore()
  }
}

const timersAndClock: Fakes = {
  toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
}

describe("with sinon's fake timers", () => {
  for (const [name, fakes] of Object.entries<Fakes>({
    'only the clock': { toFake: ['Date'] },
    'timers and clock': timersAndClock,
    'everything, with time that advances': { shouldAdvanceTime: true },
  })) {
    it(`delivers if they fake ${name}`, () =>
      withCollector(async ({ collector, client }) => {
        await withFakeTimers(fakes, async () => {
          const analytics = client()
          analytics.track(track)
          expect(await analytics.flush()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
          await analytics.close()
        })
        expect(collector.messages).to.have.lengthOf(1)
      }))
  }

  it('close() ends at its timeout by their time, if they fake everything', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ silence: true })
      await withFakeTimers(undefined, async (clock) => {
        const analytics = client()
        analytics.on('error', () => undefined)
        analytics.track(track)
        let counts: Counts | undefined
        void analytics.close({ timeout: 1_000 }).then((given) => (counts = given))
        await clock.tickAsync(990)
        expect(counts).to.equal(undefined)
        await clock.tickAsync(20)
        expect(counts).to.deep.equal({ delivered: 0, failed: 1, pending: 0 })
      })
    }))
})

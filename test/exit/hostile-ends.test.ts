// Ends of a process that leave little to work with: in real processes, with the built package.

import { expect } from 'chai'
import { startCollector, type Collector } from '@selfsame/collector'
import { run, type Ended } from '../support/programs.js'

async function endOf(
  program: string,
  args: string[],
  prepare: (collector: Collector) => Promise<void> | void = () => undefined,
): Promise<{ ended: Ended; events: (string | undefined)[] }> {
  const collector = await startCollector()
  try {
    await prepare(collector)
    const file = new URL(`./programs/${program}.js`, import.meta.url)
    const ended = await run(file, [collector.url, ...args])
    return { ended, events: collector.messages.map(({ event }) => event) }
  } finally {
    await collector.close()
  }
}

describe('the first call of a client in an exit listener of the app', () => {
  for (const [end, code] of [
    ['natural', 0],
    ['process.exit(3)', 3],
    ['throw', 1],
  ] as const) {
    it(`${end}: is delivered, and so are those after it`, async () => {
      const { ended, events } = await endOf('at-exit', [end])
      expect(events).to.deep.equal(['first', 'second'])
      expect(ended.code).to.equal(code)
      expect(ended.stderr).not.to.include('selfsame:')
    })
  }

  it('is delivered if another client was closed before', async () => {
    const args = ['natural', 'another client was closed before']
    const { ended, events } = await endOf('at-exit', args)
    expect(events).to.deep.equal(['before', 'first', 'second'])
    expect(ended).to.include({ code: 0, stderr: '' })
  })

  it('is reported if it cannot be delivered', async () => {
    const { ended } = await endOf('at-exit', ['natural'], (collector) => collector.down())
    expect(ended.code).to.equal(0)
    expect(ended.stderr.match(/selfsame: 1 message was not delivered/g)).to.have.lengthOf(2)
  })
})

describe('code of the app that runs in the last delivery', () => {
  for (const way of ['once, in a callback', 'once, to another client']) {
    it(`calls again ${way}: that is delivered too`, async () => {
      const { ended, events } = await endOf('calls-again', [way])
      expect(events).to.deep.equal(['first', 'second'])
      expect(ended).to.include({ code: 3, stderr: '' })
    })
  }

  it('calls again after each failure: the end comes in time, and each message has its line', async () => {
    const { ended } = await endOf('calls-again', ['after each failure'], (collector) =>
      collector.down(),
    )
    const lines = ended.stderr.match(/^selfsame: 1 message was not delivered .+$/gm) ?? []
    const stats = JSON.parse(ended.stdout) as { enqueued: number; delivered: number }
    expect(ended.code).to.equal(3)
    expect(ended.duration).to.be.below(4_500)
    expect(stats.delivered).to.equal(0)
    expect(stats.enqueued).to.be.within(2, 10)
    expect(lines).to.have.lengthOf(stats.enqueued)
  })

  it('makes calls that fail: those are counted on standard error', async () => {
    const { ended } = await endOf('fails-again', ['Infinity'])
    const { calls, reported } = JSON.parse(ended.stdout) as { calls: number; reported: string[] }
    expect(ended.code).to.equal(3)
    expect(calls).to.equal(2)
    expect(reported).to.deep.equal(['m0'])
    expect(ended.stderr).to.match(/^selfsame: 1 more call has failed as the process ended$/m)
  })

  it('ends the process: what is lost was reported before', async () => {
    const { ended } = await endOf('calls-again', ['by ending the process'], (collector) =>
      collector.down(),
    )
    expect(ended.code).to.equal(4)
    expect(ended.stderr).to.match(/^selfsame: 2 messages were not delivered/)
  })
})

describe('a process that has closed standard descriptors', () => {
  for (const descriptors of ['0,1,2', '0', '2']) {
    it(`${descriptors}: delivers, and has the exit code that it asked for`, async () => {
      const { ended, events } = await endOf('closed-descriptors', [descriptors])
      expect(ended).to.include({ code: 3, signal: null })
      expect(events).to.deep.equal(['E'])
    })
  }
})

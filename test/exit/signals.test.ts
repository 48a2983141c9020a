// A signal that others listen for as well: in real processes, with the built package.

import { expect } from 'chai'
import { startCollector } from '@selfsame/collector'
import { run, type Ended } from '../support/programs.js'

const program = new URL('./programs/signals.js', import.meta.url)

async function endBeside(
  others: readonly string[],
  isSilent = false,
): Promise<{ ended: Ended; events: (string | undefined)[] }> {
  const collector = await startCollector()
  try {
    if (isSilent) collector.misbehave(() => ({ silence: true }))
    const ended = await run(program, [collector.url, ...others])
    return { ended, events: collector.messages.map(({ event }) => event).sort() }
  } finally {
    await collector.close()
  }
}

describe('SIGTERM in a process with copies of signal-exit', () => {
  for (const [others, stdout] of [
    [['the ES module', 'signal-exit 3'], 'version 3: SIGTERM\n'],
    [['signal-exit 3', 'the ES module'], 'version 3: SIGTERM\n'],
    [['the ES module', 'signal-exit 4'], 'version 4: SIGTERM\n'],
    [['signal-exit 4', 'the ES module'], 'version 4: SIGTERM\n'],
    [['signal-exit 4', 'the ES module', 'the CommonJS copy'], 'version 4: SIGTERM\n'],
  ] as const) {
    it(`${others.join(', ')}: all is delivered, theirs is called, and the signal ends the process`, async () => {
      const { ended, events } = await endBeside(others)
      expect(ended).to.include({ code: null, signal: 'SIGTERM', stdout, stderr: '' })
      const copies = others.includes('the CommonJS copy' as never) ? ['CommonJS', 'ESM'] : ['ESM']
      expect(events).to.deep.equal(copies)
    })
  }

  for (const others of [
    ['the ES module', 'signal-exit 3', 'signal-exit 4'],
    ['signal-exit 4', 'signal-exit 3', 'the ES module'],
  ]) {
    it(`${others.join(', ')}: all is delivered, both are called, and the signal ends the process`, async () => {
      const { ended, events } = await endBeside(others)
      expect(ended).to.include({ code: null, signal: 'SIGTERM', stderr: '' })
      expect(ended.stdout).to.include('version 4: SIGTERM\n')
      expect(events).to.deep.equal(['ESM'])
    })
  }

  for (const others of [
    ['the ES module', 'signal-exit 4 that stays'],
    ['signal-exit 4 that stays', 'the ES module'],
  ]) {
    it(`${others.join(', ')}: the process continues`, async () => {
      const { ended, events } = await endBeside(others)
      expect(ended).to.include({ code: 0, signal: null, stderr: '' })
      expect(events).to.deep.equal(['ESM'])
    })
  }
})

describe('SIGTERM in a process with two copies of the library', () => {
  for (const others of [
    ['the ES module', 'the CommonJS copy'],
    ['the CommonJS copy', 'the ES module'],
  ]) {
    it(`${others.join(', ')}: what both have is delivered, and the signal ends the process`, async () => {
      const { ended, events } = await endBeside(others)
      expect(ended).to.include({ code: null, signal: 'SIGTERM', stderr: '' })
      expect(events).to.deep.equal(['CommonJS', 'ESM'])
    })
  }

  it('together they take no more than 3 s', async () => {
    const { ended } = await endBeside(['the ES module', 'the CommonJS copy'], true)
    expect(ended.signal).to.equal('SIGTERM')
    expect(ended.stderr.match(/selfsame: 1 message was not delivered/g)).to.have.lengthOf(2)
    expect(ended.duration).to.be.below(4_500)
  })

  it('a handler of the app is called, and nothing else happens', async () => {
    const others = ['the ES module', 'a handler of its own', 'the CommonJS copy']
    const { ended, events } = await endBeside(others)
    expect(ended).to.include({ code: 0, signal: null, stdout: 'handled\n', stderr: '' })
    expect(events).to.deep.equal(['CommonJS', 'ESM'])
  })
})

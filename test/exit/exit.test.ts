// The ends of a process, with 500 messages queued: in real processes, with the built package.

import { expect } from 'chai'
import { startCollector, type Collector } from '@selfsame/collector'
import { run, type Ended } from '../support/programs.js'

const program = (name: string): URL => new URL(`./programs/${name}.js`, import.meta.url)

async function endOf(
  end: string,
  prepare: (collector: Collector) => Promise<void> | void = () => undefined,
): Promise<{ ended: Ended; collector: Collector }> {
  const collector = await startCollector()
  try {
    await prepare(collector)
    const nodeArgs =
      end === "Node's own options"
        ? ['--tls-cipher-list', 'TLS_AES_128_GCM_SHA256', '--no-warnings']
        : []
    const ended = await run(program('queue-500'), [collector.url, end], { nodeArgs })
    return { ended, collector }
  } finally {
    await collector.close()
  }
}

function expectAll(collector: Collector, prefix = 'event'): void {
  const events = collector.messages
    .map(({ event }) => event)
    .filter((event) => event?.startsWith(prefix))
  expect(events).to.deep.equal([...Array(500).keys()].map((i) => `${prefix} ${i}`))
}

describe('the end of a process, the endpoint up: 500 of 500 are delivered, in order', () => {
  for (const [end, code, signal] of [
    ['natural', 0, null],
    ['process.exit', 0, null],
    ['process.exit(3)', 3, null],
    ['throw', 1, null],
    ['reject', 1, null],
    ['SIGTERM', null, 'SIGTERM'],
    ['SIGINT', null, 'SIGINT'],
    ['SIGHUP', null, 'SIGHUP'],
    ['own handler', 0, null],
    ['own once handler', 0, null],
    ['handler that stays', 0, null],
    ['in its exit handler', 0, null],
    ['an exit listener that throws', 0, null],
    ['an unsettled await', 13, null],
    ['an error listener that exits', 4, null],
    ['a wrong clock', 0, null],
    ["Node's own options", 0, null],
  ] as const) {
    it(`${end}: exit code ${code}, signal ${signal}`, async () => {
      const { ended, collector } = await endOf(end)
      expect(ended).to.include({ code, signal })
      const events = collector.messages.map(({ event }) => event)
      expectAll(collector)
      if (end === 'in its exit handler') expect(events).to.include('at exit 1')
      expect(collector.duplicates).to.equal(0)
      expect(ended.stderr).not.to.include('selfsame:')
      if (end === 'own handler')
        expect(ended.stdout).to.equal('{"delivered":500,"failed":0,"pending":0}\n')
      if (end === 'own once handler') expect(ended.stdout).to.equal('closed\n')
      if (end === 'handler that stays') expect(ended.stdout).to.equal('still here\n')
    })
  }

  it('a signal that the process survives (PID 1 of a container): it continues, and its real end is an end too', async () => {
    const { ended, collector } = await endOf('flush as PID 1')
    expect(ended).to.include({ code: 0, stderr: '' })
    expectAll(collector)
    expect(collector.messages.at(-1)?.event).to.equal('after the signal 1')
  })

  it('signals that do not end a process by themselves are left alone', async () => {
    const { ended } = await endOf('listeners')
    expect(JSON.parse(ended.stdout)).to.deep.equal({ SIGHUP: 1, SIGINT: 1, SIGTERM: 1 })
  })

  it('the natural end comes within 1 s of the delivery, not after flushInterval', async () => {
    let answered = 0
    const { ended } = await endOf('natural', (collector) => {
      collector.on('request', () => (answered = performance.now()))
    })
    expect(performance.now() - answered).to.be.below(1_000)
    expect(ended.duration).to.be.below(5_000)
  })

  for (const end of ['throw', 'reject']) {
    it(`${end}: the stack trace is as without the library`, async () => {
      const { ended } = await endOf(end)
      const without = await run(program('without'), [end])
      expect(ended.code).to.equal(without.code)
      for (const { stderr } of [ended, without]) {
        expect(stderr).to.match(
          /^file:.+\n.+\n +\^\n\nTypeError: a bug of the app\n {4}at .+\n(.*\n)+\nNode\.js v.+\n$/,
        )
      }
    })
  }

  it('while a request is in flight: sent again with the same messageIds, so that none is stored twice', async () => {
    const { ended, collector } = await endOf('in flight', (collector) => {
      collector.misbehave({ delay: 1_000 })
    })
    expect(ended.code).to.equal(0)
    expectAll(collector)
  })

  it('two clients in one process: both', async () => {
    const { ended, collector } = await endOf('two clients')
    expect(ended.code).to.equal(0)
    expectAll(collector)
    expectAll(collector, 'other')
  })

  it('batches that the server wants smaller are split in the last delivery too', async () => {
    const { ended, collector } = await endOf('process.exit', (collector) => {
      collector.misbehave(({ count }) => ((count ?? 0) > 100 ? { status: 413 } : undefined))
    })
    expect(ended.stderr).to.equal('')
    expectAll(collector)
  })

  it('what the server refuses in the last delivery is reported, and its neighbours are delivered', async () => {
    const { ended, collector } = await endOf('process.exit', (collector) => {
      collector.misbehave(({ messages }) =>
        messages?.some((message) => (message as { event: string }).event === 'event 77')
          ? { status: 400 }
          : undefined,
      )
    })
    expect(collector.messages).to.have.lengthOf(499)
    expect(ended.stderr).to.include(
      'selfsame: 1 message was not delivered before the process ended: 1 track (the server answered 400)',
    )
    expect(ended.code).to.equal(0)
  })
})

describe('the end of a process, the endpoint down: within its bound, and with a word on what is lost', () => {
  const line =
    /selfsame: 500 messages were not delivered before the process ended: 500 track \(ECONNREFUSED\)\n/
  for (const [end, code, signal, bound] of [
    ['natural', 0, null, 12_000],
    ['process.exit(3)', 3, null, 4_500],
    ['throw', 1, null, 4_500],
    ['SIGTERM', null, 'SIGTERM', 4_500],
    ['SIGINT', null, 'SIGINT', 4_500],
  ] as const) {
    it(`${end}: exit code ${code}, signal ${signal}, within ${bound} ms`, async () => {
      const { ended } = await endOf(end, (collector) => collector.down())
      expect(ended).to.include({ code, signal })
      expect(ended.stderr).to.match(line)
      expect(ended.stderr).not.to.include('the-secret-key')
      expect(ended.duration).to.be.below(bound)
    }).timeout(20_000)
  }

  it('an endpoint that never answers holds up the end for 3 s at most, for all clients together', async () => {
    const { ended } = await endOf('two clients', (collector) => {
      collector.misbehave(() => ({ silence: true }))
    })
    expect(ended.stderr).to.match(
      /selfsame: 500 messages were not delivered .+: 500 track \(no answer in time\)/,
    )
    expect(ended.stderr).to.match(
      /selfsame: 500 messages were not delivered .+: 500 track \(there was no time left\)/,
    )
    expect(ended.duration).to.be.below(4_500)
  })

  it("the app's own handler: close() says what is lost", async () => {
    const { ended } = await endOf('own handler, 1500', (collector) => collector.down())
    expect(ended).to.include({ code: 0, stdout: '{"delivered":0,"failed":500,"pending":0}\n' })
    expect(ended.stderr).to.match(
      /SelfsameWarning: timeout: not delivered within 1500 ms of close\(\): ECONNREFUSED/,
    )
  }).timeout(40_000)

  it('with a custom httpClient, which cannot be called synchronously', async () => {
    const { ended, collector } = await endOf('custom client')
    expectAll(collector)
    expect(ended.stderr).to.match(
      /selfsame: 1 message was not delivered .+: 1 identify \(a custom httpClient/,
    )
  })

  it('flushOnExit false asks for silence', async () => {
    const { ended, collector } = await endOf('flushOnExit false')
    expectAll(collector)
    expect(ended.stderr).to.equal('')
  })
})

describe('a program that waits for drain', () => {
  it('is not at its end, however long the server asks it to wait', async () => {
    const collector = await startCollector()
    collector.misbehave({ status: 429, retryAfter: 2 })
    const ended = await run(program('drain'), [collector.url])
    await collector.close()
    expect(ended).to.include({ code: 0, stdout: '500\n', stderr: '' })
    expectAll(collector)
  })
})

describe('an idle client', () => {
  for (const use of ['unused', 'used', 'closed']) {
    it(`${use}: does not hold the process open`, async () => {
      const collector = await startCollector()
      const ended = await run(program('idle'), [collector.url, use])
      await collector.close()
      expect(ended).to.include({ code: 0, stderr: '' })
      expect(ended.duration).to.be.below(3_000)
    })
  }
})

// What must hold while the engine of a queue is broken, and when it is mended: for clients with each outbox, and for a
// worker with its health address.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { serveHealth } from '../../lib/cli/work/health.js'
import { Analytics, directory, type AnalyticsOptions } from '../../lib/index.js'
import type { WorkerSources } from '../../lib/queue/work/source-options.js'
import type { RunningWorker } from '../../lib/queue/work/worker-options.js'
import { expectOrder, numbersOf } from './order.js'
import { until } from './until.js'

export interface Fault {
  /** A queue for one more client. */
  readonly delivery: () => AnalyticsOptions['delivery']
  readonly startWorker: (options: {
    sources: WorkerSources
    onProblem: (text: string) => void
  }) => RunningWorker
  readonly begin: () => unknown
  readonly end: () => unknown
  /** What a client and a worker say of it; undefined if it is over before they could. */
  readonly problem: RegExp | undefined
  /** Whether somebody must mend it: then clients warn at once, and not after 30 seconds. */
  readonly needsHelp?: boolean
  /** Whether it concerns clients alone. */
  readonly isOfClients?: boolean
  /** Whether it is there from the beginning. */
  readonly isFirst?: boolean
}

const users = 5
const perClient = 100
/** So that an attempt against a server that hangs ends soon. */
const httpRequestTimeout = 1_000

interface Scene {
  readonly fault: Fault
  readonly collector: Collector
  readonly clients: Analytics[]
  readonly worker: RunningWorker
  readonly health: () => Promise<number>
  readonly warnings: string[]
  readonly problems: string[]
  sent: number
}

/** Begins a fault, ends it, and checks what must hold. */
export async function expectToSurvive(fault: Fault): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-outage-'))
  const collector = await startCollector({ sources: { site: 'web-key' } })
  const warnings: string[] = []
  const problems: string[] = []
  const listen = ({ message }: Error): void => void warnings.push(message)
  process.on('warning', listen)
  if (fault.isFirst === true) await fault.begin()
  const worker = fault.startWorker({
    sources: { web: { writeKey: 'web-key', host: collector.url } },
    onProblem: (text) => problems.push(text),
  })
  const server = await serveHealth(0, worker)
  const clients = [newClient(fault), newClient(fault, { outbox: directory(folder) })]
  const scene: Scene = {
    ...{ fault, collector, clients, worker, warnings, problems, sent: 0 },
    health: () => statusOf(server),
  }
  try {
    if (fault.isFirst !== true) {
      await expectHealth(scene, 'before')
      await fault.begin()
    }
    track(scene)
    if (fault.problem) await expectOutage(scene, fault.problem)
    await fault.end()
    await expectHealth(scene, 'after')
    expectOrder(numbersOf(collector), 2 * users)
    expect(clients.map((client) => client.stats().failed)).to.deep.equal([0, 0])
    // Once for each outage, not once for each attempt.
    expect(problems.length, problems.join('\n')).to.be.below(6)
  } finally {
    process.off('warning', listen)
    await Promise.all([...clients.map(discard), worker.close({ timeout: 500 })])
    server.close()
    await once(server, 'close')
    await collector.close()
    rmSync(folder, { recursive: true })
  }
}

function newClient(fault: Fault, options: Partial<AnalyticsOptions> = {}): Analytics {
  return new Analytics({
    ...{ writeKey: 'unused', flushOnExit: false, httpRequestTimeout, maxBatchSize: 20 },
    delivery: fault.delivery(),
    ...options,
  })
}

/** Everything is handed over and delivered, and the worker is well. */
async function expectHealth(scene: Scene, when: string): Promise<void> {
  const { collector, clients, worker, health } = scene
  track(scene)
  await Promise.all(clients.map((client) => client.flush({ timeout: 20_000 })))
  expect(
    clients.map((client) => client.stats().pending),
    when,
  ).to.deep.equal([0, 0])
  await until(() => new Set(numbersOf(collector)).size === scene.sent, 20_000)
  await until(async () => (await health()) === 200)
  await until(() => worker.stats().problem === undefined)
}

/** Calls return at once, nothing fails, and both sides say what is wrong. */
async function expectOutage(scene: Scene, problem: RegExp): Promise<void> {
  const { fault, clients, worker, health, warnings } = scene
  await until(async () => problem.test(await reasonOf(fault)))
  if (fault.isOfClients !== true) {
    await until(() => problem.test(worker.stats().problem ?? ''), 20_000)
    await until(async () => (await health()) === 503, 20_000)
    expect(scene.problems.some((text) => problem.test(text))).to.equal(true)
  }
  expect(clients.map((client) => client.stats().failed)).to.deep.equal([0, 0])
  expect(clients.map((client) => client.stats().pending)).to.deep.equal([perClient, perClient])
  const isWarned = (): boolean => warnings.filter((text) => problem.test(text)).length >= 2
  if (fault.needsHelp === true) await until(isWarned)
  expect(`${warnings.join()} ${scene.problems.join()}`).not.to.match(/sesame|web-key/)
}

/** Half of the messages by each client, whose users are its own. */
function track(scene: Scene): void {
  const started = performance.now()
  for (let n = 0; n < perClient; n++) {
    for (const client of scene.clients) {
      const properties = { n: scene.sent++ }
      client.track({ userId: `u${properties.n % (2 * users)}`, event: 'E', properties })
    }
  }
  expect(performance.now() - started, 'calls').to.be.below(500)
}

/** What a client says that gives up. */
async function reasonOf(fault: Fault): Promise<string> {
  const client = newClient(fault)
  const failed = once(client, 'error') as Promise<[Error]>
  client.track({ userId: 'nobody', event: 'Given Up' })
  await client.flush({ timeout: 2 * httpRequestTimeout })
  await client.close({ timeout: 0 })
  const [{ message }] = await failed
  return message
}

async function statusOf(server: Server): Promise<number> {
  const { port } = server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/`)
  await answer.text()
  return answer.status
}

async function discard(client: Analytics): Promise<void> {
  client.on('error', () => undefined)
  await client.close({ timeout: 0 })
}

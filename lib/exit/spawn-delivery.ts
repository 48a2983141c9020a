// Delivers synchronously, from a child process: a process that is ending cannot wait for anything asynchronous.

import type childProcess from 'node:child_process'
import { delimiter, dirname } from 'node:path'
import { builtin } from '../runtime/load-builtin.js'
import { toError } from '../runtime/describe-value.js'
import type { ConnectionOptions } from '../delivery/transport/axios-transport.js'
import { packAgent, type PackedAgent } from './agent-options.js'
import { findChildProgram, packageFolders } from './child-program.js'
import type { Batch } from '../outbox/batch.js'
import type { PackedCredentials } from '../delivery/auth/credentials.js'
import type { HandoverSink, PackedQueue } from '../delivery/queue-factory.js'
import type { Failure } from '../delivery/failure.js'
import { withStandardDescriptors } from './standard-descriptors.js'

/**
 * How long before its timeout the child ends by itself, in milliseconds, so that its last line is read before it is
 * killed. If there is less time than this, no child is started.
 */
export const margin = 250

/** The order that the child reads: one line of JSON, followed by the bodies. */
export interface DeliveryOrder {
  url: string
  /** Left out if the child may not post to the endpoint. */
  credentials?: PackedCredentials | undefined
  /** What comes before the endpoint, and the folder by which its options may name files. */
  queue?: (PackedQueue & { folder: string | undefined }) | undefined
  gzip: boolean
  httpRequestTimeout: number
  maxRetries: number
  proxy?: ConnectionOptions['proxy']
  httpAgent?: PackedAgent | undefined
  httpsAgent?: PackedAgent | undefined
  /** Milliseconds after its start by which the child must be done. */
  duration: number
  batches: { sequence: number; ends: number[]; length: number; jobs?: string | undefined }[]
}

/** The outcome of some messages. */
export interface Outcome {
  sequence: number
  count: number
  /** Whether a queue has them, from which workers deliver them. */
  isQueued?: boolean | undefined
  failure?: Failure
}

/** What the child writes, as lines of JSON: an outcome, or why messages are still pending. */
export type OutcomeLine = Outcome | { struggling: string }

/** The outcomes, by sequence. Messages without one are still pending. */
export interface DeliveryReport {
  outcomes: Outcome[]
  /** Why messages without an outcome are still pending. */
  reason: string
}

export interface SpawnSettings {
  url: string
  /** Left out if no child may post to the endpoint. */
  credentials?: PackedCredentials | undefined
  /** What comes before the endpoint. */
  queue?: (PackedQueue & Pick<HandoverSink, 'jobsOf'>) | undefined
  gzip: boolean
  httpRequestTimeout: number
  maxRetries: number
  connection: ConnectionOptions
}

/** Set in the child's environment, so that it never starts a last delivery of its own. */
const marker = 'SELFSAME_LAST_DELIVERY'

/** Sends the batches from a child process. Returns when the child has ended, at the latest after `timeout` milliseconds. */
export function spawnDelivery(
  batches: readonly Batch[],
  settings: SpawnSettings,
  timeout: number,
): DeliveryReport {
  if (timeout <= margin) return { outcomes: [], reason: 'there was no time left' }
  try {
    const obstacle = obstacleToChild()
    if (obstacle !== undefined) return { outcomes: [], reason: obstacle }
    const program = findChildProgram()
    if (program === undefined) return { outcomes: [], reason: bundled }
    // Bodies and settings go through the pipe, because anyone can read a command line.
    const input = orderOf(batches, settings, timeout - margin)
    const paths = settings.queue ? packageFolders() : []
    const child = withStandardDescriptors(() => spawn(program, input, timeout, paths))
    return readReport(child)
  } catch (error) {
    return { outcomes: [], reason: toError(error).message }
  }
}

const bundled = 'the app is bundled: mark selfsame as external (Next.js: serverExternalPackages)'

function spawn(
  program: string,
  input: Buffer,
  timeout: number,
  paths: readonly string[],
): childProcess.SpawnSyncReturns<Buffer> {
  const { NODE_PATH = '' } = process.env
  // Loaded only when needed, and synchronously: nothing asynchronous runs any more.
  const { spawnSync } = builtin('node:child_process') as typeof childProcess
  return spawnSync(process.execPath, [...inheritedOptions(), program], {
    input,
    timeout,
    killSignal: 'SIGKILL',
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: dirname(program),
    env: {
      ...process.env,
      [marker]: '1',
      NODE_OPTIONS: '',
      ...(paths.length > 0 ? { NODE_PATH: [...paths, NODE_PATH].join(delimiter) } : {}),
    },
    windowsHide: true,
    maxBuffer: Infinity,
  })
}

function obstacleToChild(): string | undefined {
  if (process.env[marker] !== undefined) return 'this process is a last delivery itself'
  const { bun, deno, electron } = process.versions as Record<string, string | undefined>
  const isNode =
    bun === undefined && deno === undefined && electron === undefined && !('pkg' in process)
  // There, and in a single executable application, execPath is the application, which would start again.
  if (!isNode || isSingleExecutable()) return 'the last delivery needs a plain Node'
  return undefined
}

function isSingleExecutable(): boolean {
  try {
    return (builtin('node:sea') as { isSea(): boolean }).isSea()
  } catch {
    // This Node has no single executable applications.
    return false
  }
}

/**
 * Those of Node's options that affect whether a connection succeeds; a debugger or tracer would only cost time. The value
 * of an option may be the next argument.
 */
function inheritedOptions(): string[] {
  const given = [...(process.env.NODE_OPTIONS ?? '').split(/\s+/), ...process.execArgv]
  const options: string[] = []
  for (const [index, option] of given.entries()) {
    if (/^--(use-[\w-]+-ca|use-env-proxy|tls-(min|max)-v[\d.]+)$/.test(option)) options.push(option)
    if (/^--(tls-cipher-list|dns-result-order)=[^"\\]+$/.test(option)) options.push(option)
    if (/^--(tls-cipher-list|dns-result-order)$/.test(option))
      options.push(`${option}=${given[index + 1] ?? ''}`)
  }
  return options
}

function orderOf(batches: readonly Batch[], settings: SpawnSettings, duration: number): Buffer {
  const { connection, queue, ...rest } = settings
  const bodies = batches.map((batch) => batch.body())
  const order: DeliveryOrder = {
    ...rest,
    proxy: connection.proxy,
    httpAgent: packAgent(connection.httpAgent),
    httpsAgent: packAgent(connection.httpsAgent),
    queue: queue && { engine: queue.engine, options: queue.options, folder: workingFolder() },
    duration,
    batches: batches.map((batch, index) => ({
      sequence: batch.sequence,
      ends: batch.ends(),
      length: bodies[index]?.length ?? 0,
      jobs: queue?.jobsOf(batch),
    })),
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(order)}\n`), ...bodies])
}

/** Undefined if it has been removed. */
function workingFolder(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

function readReport(child: childProcess.SpawnSyncReturns<Buffer>): DeliveryReport {
  const report: DeliveryReport = { outcomes: [], reason: reasonOf(child) }
  // A killed child may have written half a line. Only complete lines count.
  const lines = ((child.stdout as Buffer | null)?.toString() ?? '').split('\n').slice(0, -1)
  for (const text of lines) {
    const line = JSON.parse(text) as OutcomeLine
    if ('struggling' in line) report.reason = line.struggling
    else report.outcomes.push(line)
  }
  return report
}

/** Why messages are still pending, if the child does not say. */
function reasonOf({ error, status }: childProcess.SpawnSyncReturns<Buffer>): string {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  if (error && code !== 'ETIMEDOUT')
    return `the last delivery could not be started: ${code ?? error.message}`
  if (!error && status !== 0) return `the last delivery ended with code ${String(status)}`
  return 'no answer in time'
}

// A query that somebody wrote, in a process of its own: SQLite computes until it has the answer, and neither a timer
// nor worker.terminate() can stop it.
import { spawn } from 'node:child_process'
import nodeModule from 'node:module'
import type { Cell } from '../../cells/cells.js'
import { QueryRejected } from '../errors.js'
import type { SqlResult } from '../store.js'
import { checkQuery } from './check-query.js'
import type { File } from './file.js'
import { QUERY_PROGRAM } from './query-program.js'
import { Slots } from './slots.js'

export interface Query {
  readonly file: File
  readonly text: string
  /** The most rows that are given. */
  readonly rows: number
  /** ms */
  readonly timeout: number
}

type Answer = { columns: string[]; rows: Cell[][]; isCut: boolean } | { error: string } | undefined

/** Each is a process with all that its query computes. */
const slots = new Slots(4, 100)
/** A thousand rows may have a thousand long texts: more than that is nothing to look at. */
const MOST_BYTES = 32 * 1024 * 1024

/** @throws QueryRejected with what is wrong with it; StoreUnavailable if too many are asked at once */
export async function query({ file, text, rows, timeout }: Query): Promise<SqlResult> {
  const names = [...checkQuery(text)]
  const request = { path: file.path, libsql: libsqlPath(file), text, rows, names }
  const answer = await slots.use(() => run(JSON.stringify(request), timeout))
  if (answer === undefined) {
    throw new QueryRejected(`The query took longer than ${timeout} ms, and was stopped`)
  }
  if ('error' in answer) throw new QueryRejected(answer.error)
  return answer
}

/** The child has no place from which it could find the package. */
function libsqlPath({ driver }: File): string | undefined {
  if (driver === 'node:sqlite') return undefined
  try {
    return nodeModule.createRequire(import.meta.url).resolve('libsql')
  } catch {
    return undefined
  }
}

/** @returns undefined if there was none in time */
function run(request: string, timeout: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', QUERY_PROGRAM], {
      stdio: ['pipe', 'pipe', 'ignore'],
      // What it preloads in this process is for this process.
      env: { ...process.env, NODE_OPTIONS: '' },
      windowsHide: true,
    })
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, timeout)
    const chunks: Buffer[] = []
    let bytes = 0
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= MOST_BYTES) chunks.push(chunk)
      else child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', () => {
      clearTimeout(timer)
      if (bytes > MOST_BYTES) {
        reject(new QueryRejected('The result is larger than 32 MiB'))
        return
      }
      try {
        resolve(isLate ? undefined : (JSON.parse(Buffer.concat(chunks).toString()) as Answer))
      } catch {
        reject(new QueryRejected('The query could not be run'))
      }
    })
    // If it cannot be started, 'error' says so.
    child.stdin.on('error', () => undefined)
    child.stdin.end(request)
  })
}

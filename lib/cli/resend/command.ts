// `selfsame resend`: dead letters are sent again.

import { realpath } from 'node:fs/promises'
import { sizeOf, stdinPath } from '../../backfill/sources/file-bytes.js'
import { readOptions, type Settings } from '../../client/options/read-options.js'
import { Display } from '../display.js'
import { exitCodes, UsageError } from '../exit-codes.js'
import { Interruption } from '../interruption.js'
import type { Terminal } from '../terminal.js'
import { readWriteKey } from '../write-key.js'
import { Failures } from './failures.js'
import { isKnownCode } from './letter.js'
import type { ResendFlags } from './options.js'
import { textOfResend } from './report.js'
import { Resender } from './resender.js'
import { Resending } from './resending.js'

/** @returns the exit code */
export async function runResend(
  file: string,
  flags: ResendFlags,
  terminal: Terminal,
): Promise<number> {
  const { dryRun = false, rate = 500, fromLine = 1 } = flags
  const total = await sizeOf(file)
  const codes = codesOf(flags.code)
  const failures = new Failures(await rejectsOf(file, flags))
  const settings = dryRun ? undefined : await settingsOf(flags)
  const display = await Display.start()
  const interruption = new Interruption((text) => display.say(text))
  const { signal } = interruption
  const resender = settings && new Resender(settings, rate, failures, signal)
  const parts = { file, fromLine, codes, resender, failures, display, signal, total }
  const resending = new Resending(parts)
  const { report } = resending
  try {
    await resending.run()
  } finally {
    display.stop()
    interruption.release()
    failures.close()
    terminal.print(flags.json ? JSON.stringify(report) : textOfResend(report, dryRun))
    if (report.fromLine !== null)
      terminal.tell(
        `stopped; the same command with --from-line ${report.fromLine} goes on from there`,
      )
  }
  if (!report.completed) return interruption.code ?? exitCodes.failed
  return report.failed + report.broken > 0 ? exitCodes.rejects : exitCodes.done
}

function codesOf(codes: string[] | undefined): ReadonlySet<string> | undefined {
  const unknown = codes?.find((code) => !isKnownCode(code))
  if (unknown !== undefined)
    throw new UsageError(`the code ${JSON.stringify(unknown)} is not known; see docs/errors.md`)
  return codes && new Set(codes)
}

async function rejectsOf(file: string, { rejects }: ResendFlags): Promise<string> {
  const path = rejects ?? (file === stdinPath ? 'stdin.failed' : `${file}.failed`)
  if (await areSame(path, file))
    throw new UsageError('--rejects is the file that is read; give another')
  return path
}

async function areSame(a: string, b: string): Promise<boolean> {
  try {
    return (await realpath(a)) === (await realpath(b))
  } catch {
    // One of them is not there.
    return false
  }
}

async function settingsOf(flags: ResendFlags): Promise<Settings> {
  return readOptions({
    writeKey: await readWriteKey(flags),
    host: flags.host ?? process.env.SEGMENT_HOST,
    path: flags.path,
    gzip: flags.gzip,
    maxMessageBytes: flags.maxMessageBytes,
    maxBatchSize: 2_500,
    // In order.
    maxInFlight: 1,
    flushOnExit: false,
  })
}

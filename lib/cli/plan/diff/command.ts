// `selfsame plan diff`: what a change of a plan breaks.

import { escaped } from '../../../spec/message-line.js'
import { exitCodes } from '../../shared/exit-codes.js'
import type { Terminal } from '../../shared/terminal.js'
import { planDocument } from '../exported/plan-document.js'
import type { DiffFlags } from '../flags/options.js'
import type { Change } from './change.js'
import { comparePlans } from './compare-plans.js'

/** @returns the exit code */
export async function runDiff(
  [before, after]: readonly [string, string],
  { json = false }: DiffFlags,
  terminal: Terminal,
): Promise<number> {
  const changes = comparePlans(await planDocument(before), await planDocument(after))
  terminal.print(json ? JSON.stringify({ changes }) : textOf(changes))
  return changes.some(({ breaks }) => breaks !== false) ? exitCodes.rejects : exitCodes.done
}

function textOf(changes: readonly Change[]): string {
  if (changes.length === 0) return 'the plans are the same'
  const lines = [
    ...section('These break what was as planned:', changes, true),
    ...section('These may:', changes, null),
    ...section('These do not:', changes, false),
  ]
  return lines.join('\n')
}

function section(title: string, all: readonly Change[], which: boolean | null): string[] {
  const changes = all.filter(({ breaks }) => breaks === which)
  if (changes.length === 0) return []
  return [title, ...changes.map(({ place, what }) => escaped(`  ${place}: ${what}`))]
}

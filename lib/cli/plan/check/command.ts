// `selfsame plan check`: which messages would violate a plan, and how many.

import { asynchronousSchema } from '../../../plan/asynchronous-schema.js'
import { PlanChecker } from '../../../plan/plan-checker.js'
import { escaped } from '../../../spec/message-line.js'
import { exitCodes, UsageError } from '../../shared/exit-codes.js'
import type { Terminal } from '../../shared/terminal.js'
import { formatCount } from '../../shared/words.js'
import { loadPlan, planPath } from '../../shared/load-plan.js'
import { readMessages } from '../messages/read-messages.js'
import type { CheckFlags } from '../flags/options.js'
import { uncheckedOf } from './unchecked.js'
import { Findings, type Finding } from './findings.js'

/** @returns the exit code */
export async function runCheck(
  files: readonly string[],
  flags: CheckFlags,
  terminal: Terminal,
): Promise<number> {
  const plan = await loadPlan(planPath(flags.plan))
  const asynchronous = asynchronousSchema(plan)
  if (asynchronous !== undefined) {
    throw new UsageError(
      `the schema of ${asynchronous} is asynchronous: a client would refuse the plan`,
    )
  }
  const checker = new PlanChecker(plan)
  const findings = new Findings(flags.showValues === true)
  for await (const { at, message, broken = '' } of readMessages(files, flags)) {
    if (message) {
      const checked = checker.check(message.type, message)
      findings.add(at, checked?.found && checked)
    } else findings.addBroken(at, broken)
  }
  if (findings.messages === 0) throw new UsageError(`there is no message${brokenText(findings)}`)
  const unchecked = uncheckedOf(plan)
  if (unchecked.length > 0) {
    terminal.tell(
      `not checked, for their schemas are types alone: ${escaped(unchecked.slice(0, 10).join(', '))}` +
        (unchecked.length > 10 ? `, and ${unchecked.length - 10} more` : ''),
    )
  }
  terminal.print(flags.json ? JSON.stringify(reportOf(findings)) : textOf(findings))
  return findings.violating + findings.broken > 0 ? exitCodes.rejects : exitCodes.done
}

function reportOf({ messages, violating, broken, unlisted, sorted }: Findings): object {
  return { messages, violating, broken, unlisted, violations: sorted }
}

function textOf(findings: Findings): string {
  const { messages, violating, broken, unlisted, sorted } = findings
  const all = formatCount(messages, 'message')
  const lines = [
    violating === 0
      ? `${all}: all are as planned`
      : `${formatCount(violating)} of ${all} ${violating === 1 ? 'violates' : 'violate'} the plan:`,
    ...sorted.map(lineOf),
  ]
  if (unlisted > 0) lines.push(`  ${formatCount(unlisted)} × other kinds`)
  if (broken > 0) lines.push(`${formatCount(broken)} could not be read${brokenText(findings)}`)
  return lines.join('\n')
}

function lineOf({ type, name, violation, words, description, first, count }: Finding): string {
  const of =
    name === null || violation === 'Unplanned Event' ? type : `${type} ${JSON.stringify(name)}`
  const says = description === undefined || description === words ? '' : ` (${description})`
  return escaped(`  ${formatCount(count)} × ${of}: ${words}${says}; first: ${first}`)
}

function brokenText({ firstBroken }: Findings): string {
  return firstBroken === undefined ? '' : `: the first is ${firstBroken}`
}

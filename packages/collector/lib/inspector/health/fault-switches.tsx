// The switches by which a developer sees how an app survives a collector that misbehaves.
import { useEffect, useState } from 'preact/hooks'
import type { Answer, Faults } from '../data/answers.js'
import { ask, AskError } from '../data/ask.js'
import { useAsked } from '../data/use-asked.js'
import { Notice } from '../parts/notice.js'

interface Choice {
  readonly name: string
  readonly hint: string
  readonly answer: Answer
  /** ms */
  readonly for?: number
}

const CHOICES: readonly Choice[] = [
  {
    name: 'Answer 429',
    hint: 'with Retry-After: 5. Nothing is kept.',
    answer: { status: 429, retryAfter: 5 },
  },
  { name: 'Answer 500', hint: 'to everything. Nothing is kept.', answer: { status: 500 } },
  {
    name: 'Be slow',
    hint: 'Messages are kept; the answer takes 3 seconds.',
    answer: { delay: 3000 },
  },
  {
    name: 'Go away for 10 s',
    hint: 'Each connection is broken. This page stays.',
    answer: { reset: 'before' },
    for: 10_000,
  },
]

export function FaultSwitches({ version }: { version: number }) {
  const [changes, setChanges] = useState(0)
  const [problem, setProblem] = useState<string>()
  const { value: faults } = useAsked<Faults>('/_/faults', `${version} ${changes}`)
  const again = () => {
    setChanges((count) => count + 1)
  }
  useEnd(faults?.until, again)
  const set = async (choice: Choice | undefined) => {
    try {
      if (choice === undefined) await ask('/_/faults', { method: 'DELETE' })
      else {
        const { answer, for: duration } = choice
        const body = { always: answer, ...(duration === undefined ? {} : { for: duration }) }
        await ask('/_/faults', { method: 'PUT', body })
      }
      setProblem(undefined)
    } catch (error) {
      if (error instanceof AskError) setProblem(error.message)
    }
    again()
  }
  const current = CHOICES.find(({ answer }) => isSame(answer, faults?.always))
  return (
    <section aria-labelledby="faults">
      <h2 id="faults">Faults</h2>
      <p class="muted">How this collector answers every app that sends to it. See yours survive.</p>
      <div class="choices faults" role="group" aria-label="How the collector treats senders">
        <button
          type="button"
          aria-pressed={faults !== undefined && isBehaving(faults)}
          onClick={() => void set(undefined)}
        >
          Behave
        </button>
        {CHOICES.map((choice) => (
          <button
            key={choice.name}
            type="button"
            class="danger"
            aria-pressed={choice === current}
            onClick={() => void set(choice)}
          >
            {choice.name}
          </button>
        ))}
      </div>
      <p class="muted" aria-live="polite">
        {stateOf(faults, current)}
      </p>
      {problem === undefined ? null : <Notice isError>{problem}</Notice>}
    </section>
  )
}

/** Asks again when a fault ends by itself. */
function useEnd(until: string | undefined, again: () => void): void {
  useEffect(() => {
    if (until === undefined) return undefined
    const left = Math.min(new Date(until).getTime() - Date.now(), 3_600_000)
    const timer = window.setTimeout(again, Math.max(0, left) + 100)
    return () => {
      window.clearTimeout(timer)
    }
  }, [until])
}

function isBehaving({ always, next, isFunction }: Faults): boolean {
  return always === null && next.length === 0 && !isFunction
}

function stateOf(faults: Faults | undefined, current: Choice | undefined): string {
  if (faults === undefined) return ''
  if (current !== undefined) return `${current.name}: ${current.hint}`
  if (faults.isFunction) return 'A function of the program that started the collector decides.'
  if (faults.always !== null) return `Each request: ${JSON.stringify(faults.always)}`
  if (faults.next.length > 0) return `The next requests: ${JSON.stringify(faults.next)}`
  return 'It behaves: each message is taken.'
}

function isSame(answer: Answer, other: Answer | null | undefined): boolean {
  return JSON.stringify(answer) === JSON.stringify(other)
}

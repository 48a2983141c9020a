// The view of health: how much arrives, from whom, what goes wrong; and the switches for faults.
import { useEffect, useState } from 'preact/hooks'
import type { Summary } from '../data/answers.js'
import { pause } from '../data/pace.js'
import { useAsked } from '../data/use-asked.js'
import { useChanges } from '../data/use-changes.js'
import { Notice } from '../parts/notice.js'
import { shown } from '../parts/shown.js'
import { Time } from '../parts/time.js'
import { FaultSwitches } from './fault-switches.js'
import { Kinds } from './kinds.js'
import { Rate } from './rate.js'

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

export function HealthView() {
  const second = useSeconds()
  const changes = useChanges()
  const { value, error } = useAsked<Summary>('/_/summary', second)
  return (
    <div class="page health">
      <h1 class="unseen">Health</h1>
      {error === undefined ? null : <Notice isError>{error.message}</Notice>}
      {value === undefined ? null : <Numbers summary={value} />}
      <FaultSwitches version={changes} />
      {value === undefined ? null : <Lists summary={value} />}
    </div>
  )
}

/** Counts the seconds; a browser makes them longer while the page is not seen. */
function useSeconds(): number {
  const [second, setSecond] = useState(0)
  useEffect(() => {
    const timer = window.setTimeout(() => {
      setSecond((before) => before + 1)
    }, pause())
    return () => {
      window.clearTimeout(timer)
    }
  }, [second])
  return second
}

function Numbers({ summary }: { summary: Summary }) {
  const { counts, sinceStart, messagesPerSecond, seconds, newestPeople: people } = summary
  const facts: readonly [string, number, string][] = [
    ['messages', counts.messages, 'kept'],
    ['people', counts.profiles, 'of whom each has one or more ids'],
    ['ids a person', people.identifiersPerPerson, 'among the newest 1,000 people'],
    ['became known', people.becameKnown, 'people with a userId and an anonymousId'],
    ['anonymous', people.anonymous, 'of the newest 1,000 people have no userId'],
    ['discarded', sinceStart.discarded, 'since the start'],
    ['duplicates', sinceStart.duplicates, 'since the start'],
  ]
  return (
    <section aria-labelledby="numbers">
      <h2 id="numbers">Now</h2>
      <div class="rate">
        <p>
          <strong>{number.format(messagesPerSecond)}</strong> messages a second
        </p>
        <Rate seconds={seconds} />
      </div>
      <dl class="numbers">
        {facts.map(([name, value, hint]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <strong>{number.format(value)}</strong>
              <span class="muted">{hint}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Lists({ summary }: { summary: Summary }) {
  const { counts, sinceStart, senders } = summary
  return (
    <div class="lists">
      <Kinds
        title="Violations"
        hint="An id that was left out, by the rule"
        counts={counts.violations}
        filterOf="violation"
      />
      <Kinds
        title="Discarded"
        hint="Messages that were not kept, by the code"
        counts={sinceStart.discards}
        filterOf="code"
      />
      <Kinds
        title="Values that did not fit"
        hint="Kept out of a table, by the reason"
        counts={counts.discards}
      />
      <section aria-labelledby="senders">
        <h2 id="senders">Senders</h2>
        {senders.length === 0 ? <p class="muted">None since the start.</p> : null}
        <ul class="kinds">
          {senders.map(({ source, library, messages, lastSeen }) => (
            <li key={`${source ?? ''} ${library ?? ''}`}>
              <span>
                <bdi>{shown(source ?? 'unknown', 60)}</bdi>{' '}
                <span class="muted">
                  {shown(library ?? 'no library named', 60)}, last{' '}
                  <Time iso={new Date(lastSeen).toISOString()} />
                </span>
              </span>
              <strong>{number.format(messages)}</strong>
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}

// Why two ids are one person, or why they are not.
import { useState } from 'preact/hooks'
import { addressOf, goWith } from '../data/address.js'
import type { Explanation, PersonView } from '../data/answers.js'
import { queryOf } from '../data/ask.js'
import { useAsked } from '../data/use-asked.js'
import { Notice } from '../parts/notice.js'
import { shown } from '../parts/shown.js'

interface Properties {
  readonly person: PersonView
  /** Two ids as `type:value`; null if nothing is asked. */
  readonly a: string | null
  readonly b: string | null
  readonly version: number
}

export function Why({ person, a, b, version }: Properties) {
  const names = person.identifiers.map(({ type, value }) => `${type}:${value}`)
  const [first, setFirst] = useState(a ?? names[0] ?? '')
  const [second, setSecond] = useState(b ?? names[1] ?? '')
  return (
    <div class="why">
      <h3>Why are these one?</h3>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          goWith({ a: first, b: second })
        }}
      >
        <IdField label="The first id" value={first} names={names} onInput={setFirst} />
        <IdField label="The second id" value={second} names={names} onInput={setSecond} />
        <button type="submit" class="button" disabled={first === '' || second === ''}>
          Explain
        </button>
      </form>
      {a === null || b === null ? null : (
        <Because query={queryOf({ a, b, space: person.space })} version={version} />
      )}
    </div>
  )
}

interface FieldProperties {
  readonly label: string
  readonly value: string
  readonly names: readonly string[]
  readonly onInput: (value: string) => void
}

/** One of this person, or any other that is typed. */
function IdField({ label, value, names, onInput }: FieldProperties) {
  const id = label.replaceAll(' ', '-')
  return (
    <label>
      <span>{label}</span>
      <input
        type="text"
        list={id}
        value={value}
        autocomplete="off"
        spellcheck={false}
        placeholder="user_id:u1"
        onInput={(event) => {
          onInput(event.currentTarget.value)
        }}
      />
      <datalist id={id}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </label>
  )
}

function Because({ query, version }: { query: string; version: number }) {
  const { value, error } = useAsked<Explanation>(`/_/explain${query}`, version)
  if (error !== undefined) return <Notice isError>{error.message}</Notice>
  if (value === undefined) return null
  return (
    <div class={value.areOne ? 'because one' : 'because two'} aria-live="polite">
      <p>
        <strong>{shown(value.summary, 2000)}</strong>
      </p>
      <ol>
        {value.steps.map((step, place) => (
          <li key={place}>
            {shown(step.sentence, 2000)}{' '}
            {step.violation === undefined ? null : (
              <span class="rule">Rule: {shown(step.violation)}</span>
            )}{' '}
            {step.rule === 'split' ? null : (
              <a href={addressOf([], { message: step.messageId, tab: 'resolution' })}>
                The message
              </a>
            )}
          </li>
        ))}
      </ol>
    </div>
  )
}

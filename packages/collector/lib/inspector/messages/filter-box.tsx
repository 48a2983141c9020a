// The filter, with what it could go on with (ARIA: Combobox pattern).
import { useRef } from 'preact/hooks'
import { useKeys } from '../parts/use-keys.js'
import type { Seen, Suggestion } from './completion.js'
import { useCompletion } from './use-completion.js'

interface Properties {
  readonly text: string
  readonly problem: string | undefined
  readonly seen: Seen
  readonly onInput: (text: string) => void
}

export function FilterBox({ text, problem, seen, onInput }: Properties) {
  const field = useRef<HTMLInputElement>(null)
  const completion = useCompletion({ field, text, seen, onInput })
  const { list, chosen } = completion
  useKeys({
    '/': () => {
      field.current?.focus()
      field.current?.select()
      return true
    },
  })
  return (
    <div class="filter" role="search">
      <label for="filter">Filter</label>
      <input
        ref={field}
        id="filter"
        type="text"
        role="combobox"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder={'type:track user:u1 event:"Signed Up"'}
        aria-autocomplete="list"
        aria-expanded={list.length > 0}
        aria-controls="filter-list"
        aria-activedescendant={chosen < 0 ? undefined : `filter-${chosen}`}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : 'filter-problem'}
        value={text}
        onInput={(event) => {
          onInput(event.currentTarget.value)
          completion.suggest()
        }}
        onFocus={completion.suggest}
        onBlur={completion.close}
        onKeyDown={completion.keyDown}
      />
      {text === '' ? <kbd aria-hidden="true">/</kbd> : null}
      <Completions list={list} chosen={chosen} onTake={completion.take} />
      {problem === undefined ? null : (
        <p id="filter-problem" class="notice error">
          {problem}
        </p>
      )}
    </div>
  )
}

interface CompletionsProperties {
  readonly list: readonly Suggestion[]
  readonly chosen: number
  readonly onTake: (suggestion: Suggestion) => void
}

function Completions({ list, chosen, onTake }: CompletionsProperties) {
  return (
    <ul id="filter-list" role="listbox" aria-label="Completions" hidden={list.length === 0}>
      {list.map((suggestion, place) => (
        <li
          key={suggestion.text}
          id={`filter-${place}`}
          role="option"
          aria-selected={place === chosen}
          // A press would take the focus from the field, which closes the list.
          onMouseDown={(event) => {
            event.preventDefault()
            onTake(suggestion)
          }}
        >
          <span>{suggestion.text}</span>
          <span class="muted">{suggestion.hint}</span>
        </li>
      ))}
    </ul>
  )
}

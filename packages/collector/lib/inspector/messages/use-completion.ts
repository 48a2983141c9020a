// Which completions are offered, and what the keys do with them.
import type { RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Seen, type Suggestion, suggestionsFor, wordAt } from './completion.js'

interface Options {
  readonly field: RefObject<HTMLInputElement>
  readonly text: string
  readonly seen: Seen
  readonly onInput: (text: string) => void
}

export function useCompletion({ field, text, seen, onInput }: Options) {
  const [list, setList] = useState<readonly Suggestion[]>([])
  const [chosen, setChosen] = useState(-1)
  const caretTo = useRef<number>()
  useEffect(() => {
    if (caretTo.current === undefined) return
    field.current?.setSelectionRange(caretTo.current, caretTo.current)
    caretTo.current = undefined
  }, [text])
  const offer = (suggestions: readonly Suggestion[]) => {
    setList(suggestions)
    setChosen(-1)
  }
  const close = () => {
    offer([])
  }
  const suggest = () => {
    const input = field.current
    if (input === null) return
    offer(suggestionsFor(wordAt(input.value, input.selectionStart ?? 0).word, seen))
  }
  const take = (suggestion: Suggestion) => {
    const caret = field.current?.selectionStart ?? text.length
    const { start } = wordAt(text, caret)
    caretTo.current = start + suggestion.text.length
    onInput(`${text.slice(0, start)}${suggestion.text}${text.slice(caret).trimStart()}`)
    // Of a key the values follow; after a value nothing is asked.
    offer(suggestion.text.endsWith(' ') ? [] : suggestionsFor(suggestion.text, seen))
  }
  const keyDown = (event: KeyboardEvent) => {
    const isOpen = list.length > 0
    const suggestion = list[chosen]
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (isOpen) setChosen(moved(chosen, event.key === 'ArrowDown' ? 1 : -1, list.length))
      else suggest()
    } else if (event.key === 'Enter' && suggestion !== undefined) take(suggestion)
    else if (event.key === 'Escape' && isOpen) close()
    else if (event.key === 'Escape') field.current?.blur()
    else return
    event.preventDefault()
  }
  return { list, chosen, suggest, close, take, keyDown }
}

/** From the last to the first, and back; -1 is none. */
function moved(place: number, by: number, length: number): number {
  if (place < 0) return by > 0 ? 0 : length - 1
  return (place + by + length) % length
}

// Keys that work wherever no text is being typed.
import { useEffect, useRef } from 'preact/hooks'

/** What each key does. Returns true if it did something, so that the browser does nothing with it. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => boolean | undefined>>

export function useKeys(keys: Keys): void {
  const current = useRef(keys)
  current.current = keys
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return
      if (current.current[event.key]?.(event) === true) event.preventDefault()
    }
    document.addEventListener('keydown', listener)
    return () => {
      document.removeEventListener('keydown', listener)
    }
  }, [])
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select')
}

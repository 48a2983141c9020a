// What the API answers to a question, and again when something changed.
import { useEffect, useState } from 'preact/hooks'
import { ask, AskError } from './ask.js'

export interface Asked<T> {
  /** The newest answer: it stays while the question is asked again. */
  readonly value: T | undefined
  readonly error: AskError | undefined
}

/**
 * @param path - undefined asks nothing.
 * @param version - Whenever it is another, the question is asked again.
 */
export function useAsked<T>(path: string | undefined, version: unknown = 0): Asked<T> {
  const [state, setState] = useState<Asked<T> & { readonly of: string | undefined }>({
    value: undefined,
    error: undefined,
    of: path,
  })
  useEffect(() => {
    if (path === undefined) return undefined
    const over = new AbortController()
    ask<T>(path, { signal: over.signal }).then(
      (value) => {
        if (!over.signal.aborted) setState({ value, error: undefined, of: path })
      },
      (error: unknown) => {
        if (over.signal.aborted || !(error instanceof AskError)) return
        setState((before) => ({
          // A collector that is away for a moment takes nothing off the page.
          value: before.of === path && error.status === 0 ? before.value : undefined,
          error,
          of: path,
        }))
      },
    )
    return () => {
      over.abort()
    }
  }, [path, version])
  return state.of === path ? state : { value: undefined, error: undefined }
}

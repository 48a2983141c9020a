// A signal that is aborted with either of two. AbortSignal.any() keeps what it made for as long as its sources live in
// some versions of Node, and one of them lives as long as the collector.

export interface LinkedSignal {
  readonly signal: AbortSignal
  /** Lets go of both. */
  readonly unlink: () => void
}

export function linked(first: AbortSignal, second: AbortSignal): LinkedSignal {
  const both = new AbortController()
  const abort = () => {
    both.abort()
  }
  const unlink = () => {
    first.removeEventListener('abort', abort)
    second.removeEventListener('abort', abort)
  }
  first.addEventListener('abort', abort)
  second.addEventListener('abort', abort)
  if (first.aborted || second.aborted) abort()
  return { signal: both.signal, unlink }
}

// That something changed at the collector, told by whichever connection heard of it.

/** `people`: by hand, or all at once. `messages`: some came; whom they are counted to may change people, too. */
export type Change = 'messages' | 'people'

const listeners = new Set<(change: Change) => void>()

export function tellChange(change: Change): void {
  for (const listener of [...listeners]) listener(change)
}

export function onChange(listener: (change: Change) => void): () => void {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

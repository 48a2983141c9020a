// That something changed at the collector, told by whichever connection heard of it.

const listeners = new Set<() => void>()

export function tellChange(): void {
  for (const listener of [...listeners]) listener()
}

export function onChange(listener: () => void): () => void {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

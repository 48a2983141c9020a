// Formats numbers for people.

/** `12,000`; with a noun `1 row`, `12,000 rows`. */
export function formatCount(count: number, noun?: string): string {
  const number = Math.round(count).toLocaleString('en-US')
  return noun === undefined ? number : `${number} ${noun}${number === '1' ? '' : 's'}`
}

/** Milliseconds as `45 s`, `12 min`, `3 h 20 min`. */
export function formatSpan(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `  12 × reason`, the most frequent first. */
export function countLines(counts: Record<string, number>): string[] {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `  ${formatCount(count)} × ${name}`)
}

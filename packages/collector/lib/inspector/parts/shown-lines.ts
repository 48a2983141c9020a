// Long text of several lines, fit to be shown.
import { shown } from './shown.js'

/** As much as a reader scrolls through, and a browser lays out at once. */
const MOST = 200_000

export function shownLines(text: string): string {
  const rest = text.length - MOST
  const lines = text
    .slice(0, MOST)
    .split('\n')
    .map((line) => shown(line, MOST))
  return rest > 0
    ? `${lines.join('\n')}\n… and ${rest} more characters: copy it to see all.`
    : lines.join('\n')
}

// Times of the reader's own zone.

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** `2026-03-02` */
export function dayOf(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** `09:04:00.120` */
export function clockOf(at: Date): string {
  const milliseconds = String(at.getMilliseconds()).padStart(3, '0')
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${milliseconds}`
}

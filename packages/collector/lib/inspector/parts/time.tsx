// A time, as short as it can be told.
import { clockOf, dayOf } from './times.js'

/** @param isShort - Whether there is little room: of another day than today it has no milliseconds and no year. */
export function Time({ iso, isShort = false }: { iso: string; isShort?: boolean }) {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return <span class="muted">no time</span>
  return (
    <time dateTime={iso} title={iso}>
      {textOf(at, isShort)}
    </time>
  )
}

function textOf(at: Date, isShort: boolean): string {
  const [day, clock] = [dayOf(at), clockOf(at)]
  if (day === dayOf(new Date())) return clock
  return isShort ? `${day.slice(5)} ${clock.slice(0, 8)}` : `${day} ${clock}`
}

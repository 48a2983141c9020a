// A time, as short as it can be told.
import { clockOf, dayOf } from './times.js'

/** @param hasDay - Whether the day is told as well if it is not today. */
export function Time({ iso, hasDay = true }: { iso: string; hasDay?: boolean }) {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return <span class="muted">no time</span>
  const isToday = dayOf(at) === dayOf(new Date())
  const text = isToday || !hasDay ? clockOf(at) : `${dayOf(at)} ${clockOf(at)}`
  return (
    <time dateTime={iso} title={iso}>
      {text}
    </time>
  )
}

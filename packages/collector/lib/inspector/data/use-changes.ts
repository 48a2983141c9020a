// Counts the changes at the collector, so that a view can ask again.
import { useEffect, useState } from 'preact/hooks'
import { onChange } from './changes.js'
import { Live } from './live.js'

/** The least time between two changes that are told, ms. */
const PAUSE = 1000

const nothing = () => undefined
const QUIET = { ready: nothing, message: nothing, cleared: nothing, reload: nothing }

/**
 * A number that is another when something has changed: at once, and then at most every second.
 *
 * @param connects - Whether it needs a connection of its own: false beside a view that has one.
 */
export function useChanges(connects = true): number {
  const [version, setVersion] = useState(0)
  useEffect(() => {
    let timer: number | undefined
    let last = -Infinity
    const off = onChange(() => {
      if (timer !== undefined) return
      const wait = Math.max(0, last + PAUSE - performance.now())
      timer = window.setTimeout(() => {
        timer = undefined
        last = performance.now()
        setVersion((before) => before + 1)
      }, wait)
    })
    const live = connects ? new Live({ sample: 2 }, QUIET) : undefined
    return () => {
      off()
      window.clearTimeout(timer)
      live?.close()
    }
  }, [])
  return version
}

// Counts the changes at the collector, so that a view can ask again.
import { useEffect, useState } from 'preact/hooks'
import { type Change, onChange } from './changes.js'
import { Live } from './live.js'
import { pause } from './pace.js'

const nothing = () => undefined
const QUIET = { ready: nothing, message: nothing, cleared: nothing, reload: nothing }

/** A number that is another when something has changed: at once, and then at most every second. */
export function useChanges(): number {
  const version = useVersion(['messages', 'people'])
  useEffect(() => {
    const live = new Live({ sample: 2 }, QUIET)
    return () => {
      live.close()
    }
  }, [])
  return version
}

/** The same for changes of people alone, beside a view that has a connection. */
export function usePeopleChanges(): number {
  return useVersion(['people'])
}

function useVersion(changes: readonly Change[]): number {
  const [version, setVersion] = useState(0)
  useEffect(() => {
    let timer: number | undefined
    let last = -Infinity
    const off = onChange((change) => {
      if (timer !== undefined || !changes.includes(change)) return
      const wait = Math.max(0, last + pause() - performance.now())
      timer = window.setTimeout(() => {
        timer = undefined
        last = performance.now()
        setVersion((before) => before + 1)
      }, wait)
    })
    return () => {
      off()
      window.clearTimeout(timer)
    }
  }, [])
  return version
}

// Whether the window is narrow.
import { useEffect, useState } from 'preact/hooks'

const query = window.matchMedia('(width < 40rem)')

export function useNarrow(): boolean {
  const [isNarrow, set] = useState(query.matches)
  useEffect(() => {
    const listener = () => {
      set(query.matches)
    }
    query.addEventListener('change', listener)
    return () => {
      query.removeEventListener('change', listener)
    }
  }, [])
  return isNarrow
}

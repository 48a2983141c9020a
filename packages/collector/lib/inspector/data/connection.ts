// Whether the page hears from its collector.
import { useEffect, useState } from 'preact/hooks'

export type Connection = 'connecting' | 'live' | 'lost'

let current: Connection = 'connecting'
const listeners = new Set<(connection: Connection) => void>()

export function setConnection(connection: Connection): void {
  if (connection === current) return
  current = connection
  for (const listener of listeners) listener(connection)
}

export function useConnection(): Connection {
  const [connection, set] = useState(current)
  useEffect(() => {
    listeners.add(set)
    set(current)
    return () => {
      listeners.delete(set)
    }
  }, [])
  return connection
}

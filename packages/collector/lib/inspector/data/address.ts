// The address of what is shown: each view has one, and can be sent to a colleague.
import { useEffect, useState } from 'preact/hooks'

export interface Address {
  /** The parts of the path, decoded: `['people', 'user_id:u1']`. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

const listeners = new Set<() => void>()

export function currentAddress(): Address {
  const { pathname, search } = window.location
  return {
    path: pathname.split('/').filter(isText).map(decoded),
    query: new URLSearchParams(search),
  }
}

function isText(part: string): boolean {
  return part !== ''
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export function addressOf(
  path: readonly string[],
  parameters: Readonly<Record<string, string | undefined>> = {},
): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, value)
  }
  const text = query.size === 0 ? '' : `?${query.toString()}`
  return `/${path.map(encodeURIComponent).join('/')}${text}`
}

/** @param replace - Whether the address before is left out of the history: what is typed is no step. */
export function go(address: string, { replace = false } = {}): void {
  if (replace) window.history.replaceState(null, '', address)
  else window.history.pushState(null, '', address)
  tell()
}

/** The same address with other parameters: those that are undefined or empty go. */
export function goWith(
  changes: Readonly<Record<string, string | undefined>>,
  options?: { replace?: boolean },
): void {
  go(addressWith(changes), options)
}

export function addressWith(changes: Readonly<Record<string, string | undefined>>): string {
  const { path, query } = currentAddress()
  return addressOf(path, { ...Object.fromEntries(query), ...changes })
}

function tell(): void {
  for (const listener of [...listeners]) listener()
}

/** Follows links within the page without loading it again. */
export function followLinks(): void {
  window.addEventListener('popstate', tell)
  document.addEventListener('click', (event) => {
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey
    const link = event.target instanceof Element ? event.target.closest('a') : null
    // Of a drawing, href is no text.
    const href = link?.getAttribute('href') ?? null
    if (!isPlain || event.defaultPrevented || event.altKey || href === null) return
    const target = new URL(href, window.location.href)
    const isOwn = target.origin === window.location.origin && !target.pathname.startsWith('/_/')
    const isAnchor = target.hash !== ''
    if (!isOwn || isAnchor || link?.hasAttribute('download') === true) return
    event.preventDefault()
    if (target.href !== window.location.href) go(target.href)
  })
}

export function useAddress(): Address {
  const [address, setAddress] = useState(currentAddress)
  useEffect(() => {
    const listener = () => {
      setAddress(currentAddress())
    }
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }, [])
  return address
}

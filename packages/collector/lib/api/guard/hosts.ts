// Which Host headers are answered. A page of somebody else's can give its own name our address (DNS rebinding), and
// would then read what is here as its own; it cannot make the browser send another name than its own.
import { isIP } from 'node:net'

/** Names that no public DNS has, and addresses, which are no names. */
export function isOwnHost(header: string | undefined, hosts: readonly string[]): boolean {
  const name = hostname(header)
  if (name === undefined) return false
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return isIP(name) !== 0 || hosts.some((host) => host.toLowerCase() === name)
}

/** Whether only this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}

/** The name or address of a Host header, without its port and brackets. */
function hostname(header: string | undefined): string | undefined {
  const parts = /^(?:\[([\da-f:.]+)\]|([^\s:@/?#[\]\\]+))(?::\d{1,5})?$/i.exec(header ?? '')
  return (parts?.[1] ?? parts?.[2])?.toLowerCase().replace(/\.$/, '')
}

// The Domain attribute of analytics.js' cookies: the registrable domain of a host.

import { domainToASCII } from 'node:url'
import { wrongArgument } from './readers/arguments.js'
import { publicSuffixes } from './public-suffixes.js'

const parsing = { allowPrivateDomains: true, extractHostname: false }

// RFC 1123 labels, which the `cookie` package requires. Underscores occur in hosts, but not in registered names.
const domainPattern =
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/
const hostPattern = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/
const maxHostLength = 253

/**
 * The registrable domain of a host (`shop.example.co.uk` → `example.co.uk`), which analytics.js finds by probing.
 * Undefined for localhost and other single labels, IP addresses, public suffixes (such as github.io), and anything that
 * is not a host name: the cookie then belongs to the host alone.
 */
export function registrableDomain(host: string | undefined): string | undefined {
  const name = host?.replace(/:\d*$/, '').toLowerCase()
  if (name === undefined || name.length > maxHostLength || !hostPattern.test(name)) return undefined
  return domainOf(name)
}

/**
 * Converts the option `domain` to an attribute: without its leading dot, in ASCII.
 * @throws TypeError if browsers would refuse it.
 */
export function checkDomain(domain: unknown, caller: string): string | undefined {
  if (domain === undefined) return undefined
  const name = typeof domain === 'string' ? domainToASCII(domain.replace(/^\./, '')) : ''
  if (name.length > maxHostLength || !domainPattern.test(name) || domainOf(name) === undefined) {
    const allowed =
      'a domain that is not a public suffix, such as "example.com" (leave it out for localhost and IP addresses)'
    throw wrongArgument(`${caller}: option domain`, allowed, domain)
  }
  return name
}

function domainOf(name: string): string | undefined {
  const { domain, isIp } = publicSuffixes()(name, parsing)
  if (domain === null || isIp === true || !domainPattern.test(domain)) return undefined
  // Shortened addresses such as 127.1 are addresses, too: no top-level domain is a number.
  return /\.(?:\d+|0x[0-9a-f]*)$/.test(domain) ? undefined : domain
}

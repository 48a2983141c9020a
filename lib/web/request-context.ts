// Makes the context of a message from a request (Segment spec: Common fields, Context).

import { isIPv4 } from 'node:net'
import type { MessageContext } from '../spec/messages.js'

/** What the context needs of a request, in any framework. */
export interface RequestFacts {
  /** As the framework computes it from the proxies that it trusts. */
  readonly ip: string | undefined
  /** 'http' or 'https', likewise. */
  readonly protocol: string
  /** Host and port, likewise. */
  readonly host: string | undefined
  /** Path and query as the client asked for them. */
  readonly target: string
  readonly header: (name: string) => string | undefined
}

/**
 * The client chooses all of this, and it must leave room in the 32 KiB of a message, so longer values are cut. JSON may
 * double them, and parts of a target or referrer are sent two or three times: at worst this makes 21 KiB.
 */
const longest = 1_536
/** Even an IPv6 address with a zone is shorter: longer values come from forged headers and too much trust in proxies. */
const longestIp = 64

export function contextOf(facts: RequestFacts): MessageContext {
  const { ip, protocol, host, header } = facts
  const target = originForm(facts.target)
  const mark = target.indexOf('?')
  const search = mark < 0 ? '' : target.slice(mark)
  const page: NonNullable<MessageContext['page']> = {
    path: textOf(mark < 0 ? target : target.slice(0, mark)),
    search: textOf(search),
  }
  // OPTIONS * does not refer to a page.
  if (host !== undefined && host !== '' && target.startsWith('/'))
    page.url = textOf(`${protocol}://${host}${target}`)
  const context: MessageContext = { page }
  if (ip !== undefined && ip !== '' && ip.length <= longestIp) context.ip = withoutMapping(ip)
  const referer = header('referer')
  if (referer !== undefined && referer !== '') {
    page.referrer = textOf(referer)
    context.referrer = { url: page.referrer }
  }
  const userAgent = header('user-agent')
  if (userAgent !== undefined && userAgent !== '') context.userAgent = textOf(userAgent)
  const locale = localeOf(header('accept-language'))
  if (locale !== undefined) context.locale = locale
  if (search.includes('utm_')) {
    const campaign = campaignOf(search)
    if (campaign !== undefined) context.campaign = campaign
  }
  return context
}

/** A socket for IPv4 and IPv6 shows IPv4 addresses as `::ffff:192.0.2.1` (RFC 4291, 2.5.5.2). */
function withoutMapping(ip: string): string {
  const address = /^::ffff:([\d.]+)$/i.exec(ip)?.[1]
  return address !== undefined && isIPv4(address) ? address : ip
}

/** Proxies and odd clients send scheme and host in the request line (RFC 9112, 3.2.2); routers use what follows. */
function originForm(target: string): string {
  if (target.startsWith('/')) return target
  const scheme = /^https?:\/\/[^/?]*/i.exec(target)
  if (scheme === null) return target
  const rest = target.slice(scheme[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** Converts what the client sent to text. */
function textOf(bytes: string): string {
  if (bytes.length <= longest) return readUtf8(bytes)
  let end = longest
  // Not in the middle of a character: in UTF-8, all its bytes but the first are 10xxxxxx.
  while (end > 0 && (bytes.charCodeAt(end) & 0xc0) === 0x80) end--
  return readUtf8(bytes.slice(0, end))
}

const beyondAscii = /[^\p{ASCII}]/u
const beyondLatin1 = /[\u0100-\u{10ffff}]/u

/** Node reads bytes as Latin-1. Clients that send more than ASCII mean UTF-8, so valid UTF-8 is read as such. */
function readUtf8(bytes: string): string {
  if (!beyondAscii.test(bytes) || beyondLatin1.test(bytes)) return bytes
  const text = Buffer.from(bytes, 'latin1').toString('utf8')
  return text.includes('\ufffd') ? bytes : text
}

const language = /^[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,3}$/i
/** More than any browser sends. */
const mostLanguages = 20

/** The client's preferred language (RFC 9110, 12.5.4); the first of several. */
function localeOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  let best: string | undefined
  let bestQuality = 0
  for (const range of header.split(',', mostLanguages)) {
    const [tag = '', parameter] = range.split(';', 2)
    const quality =
      parameter === undefined ? 1 : Number(/^\s*q=([\d.]+)/i.exec(parameter)?.[1] ?? 1)
    const locale = tag.trim()
    if (quality > bestQuality && language.test(locale)) {
      best = locale
      bestQuality = quality
    }
    // No other can be preferred to it.
    if (bestQuality >= 1) break
  }
  return best
}

/** `utm_campaign` becomes the name; the other utm_ parameters keep theirs. Of repeated ones the first counts. */
function campaignOf(search: string): Record<string, string> | undefined {
  const campaign: Record<string, string> = {}
  let found = false
  for (const [key, value] of new URLSearchParams(readUtf8(whole(search)))) {
    if (!key.startsWith('utm_') || value === '') continue
    const name = key === 'utm_campaign' ? 'name' : key.slice('utm_'.length)
    // No campaign has this name, and code that merges the message later may be careless.
    if (name === '' || name === '__proto__' || Object.hasOwn(campaign, name)) continue
    campaign[name] = value
    found = true
  }
  return found ? campaign : undefined
}

/** The parameters that fit as a whole: a cut value would be wrong. */
function whole(search: string): string {
  if (search.length <= longest) return search
  return search.slice(0, Math.max(0, search.lastIndexOf('&', longest)))
}

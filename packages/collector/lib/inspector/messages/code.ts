// A message as the call that sends it: in code, or with curl.
import { type Fields, isFields } from '../data/answers.js'
import { jsonOf } from '../parts/shown.js'

const CALLS = new Set(['identify', 'track', 'page', 'screen', 'group', 'alias'])
const IDS = ['userId', 'anonymousId', 'groupId', 'previousId'] as const
const OWN = [...IDS, 'event', 'category', 'name', 'traits', 'properties']
/** What a library or the collector adds to a message. */
const ADDED = new Set([
  ...['type', 'messageId', 'receivedAt', 'sentAt', 'timestamp', 'originalTimestamp'],
  ...['channel', 'writeKey', '_metadata', 'version'],
])

/** The fields that somebody who makes the call writes, in the order in which one writes them. */
export function callOf(message: Fields): Fields {
  const call: Record<string, unknown> = {}
  const take = (name: string, value: unknown) => {
    if (value !== undefined && value !== null) call[name] = value
  }
  for (const name of OWN) take(name, message[name])
  take('timestamp', message.originalTimestamp)
  const context = isFields(message.context) ? message.context : {}
  const own = Object.entries(context).filter(([name]) => name !== 'library')
  if (own.length > 0) call.context = Object.fromEntries(own)
  for (const [name, value] of Object.entries(message)) {
    if (!OWN.includes(name) && !ADDED.has(name) && name !== 'context') take(name, value)
  }
  for (const name of ['traits', 'properties', 'integrations']) {
    const value = call[name]
    if (isFields(value) && Object.keys(value).length === 0) Reflect.deleteProperty(call, name)
  }
  return call
}

/** `analytics.track({ … })`, as selfsame and the libraries of Segment's API for Node take it. */
export function codeOf(message: Fields): string {
  const type = String(message.type)
  const name = CALLS.has(type) ? type : 'track'
  return `analytics.${name}(${literal(callOf(message), '')})\n`
}

/** A command that sends the message to this collector again, as a new one. */
export function curlOf(message: Fields, origin: string): string {
  const type = String(message.type)
  const path = CALLS.has(type) ? type : 'track'
  const body = JSON.stringify(callOf(message)).replaceAll("'", `'\\''`)
  return [
    `curl -u YOUR_WRITE_KEY: ${origin}/v1/${path} \\`,
    `  -H 'content-type: application/json' \\`,
    `  -d '${body}'\n`,
  ].join('\n')
}

const WIDTH = 80

/** A value as JavaScript writes it: in one line if that is short. */
function literal(value: unknown, indent: string): string {
  const line = inLine(value)
  if (line.length + indent.length <= WIDTH || typeof value !== 'object' || value === null) {
    return line
  }
  const deeper = `${indent}  `
  const isList = Array.isArray(value)
  const parts = isList
    ? value.map((each) => literal(each, deeper))
    : Object.entries(value).map(([name, each]) => `${keyOf(name)}: ${literal(each, deeper)}`)
  const [open, close] = isList ? '[]' : '{}'
  return `${open}\n${parts.map((part) => `${deeper}${part},\n`).join('')}${indent}${close}`
}

function inLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inLine).join(', ')}]`
  if (isFields(value)) {
    const parts = Object.entries(value).map(([name, each]) => `${keyOf(name)}: ${inLine(each)}`)
    return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
  }
  return typeof value === 'string' ? textOf(value) : jsonOf(value)
}

function keyOf(name: string): string {
  // An object literal would take it for the prototype.
  if (name === '__proto__') return "['__proto__']"
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : textOf(name)
}

/** In single quotes, and with what is not seen as escapes: the text is somebody else's, and is pasted into a program. */
function textOf(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${escaped(inner)}'`
}

function escaped(text: string): string {
  return text.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

// A message in one line, for a terminal.

/** As much of a message as a line shows. */
export interface LineMessage {
  readonly type?: unknown
  readonly receivedAt?: unknown
  readonly [field: string]: unknown
}

const IDS = ['userId', 'anonymousId', 'previousId', 'groupId'] as const

/** `10:00:00.000 track "Signed Up" userId="u1" {"plan":"premium"}`: the time is UTC. */
export function messageLine(message: LineMessage): string {
  const time = typeof message.receivedAt === 'string' ? message.receivedAt.slice(11, 23) : ''
  const parts = [time, escaped(String(message.type))].filter((part) => part !== '')
  const name = message.type === 'track' ? message.event : message.name
  if (typeof name === 'string') parts.push(quoted(name))
  for (const id of IDS) {
    const value = message[id]
    if (value !== undefined && value !== null) parts.push(`${id}=${quoted(value)}`)
  }
  const details = quoted(message.traits ?? message.properties ?? {})
  if (details !== '{}') parts.push(details)
  return parts.join(' ')
}

export function rejectionLine({ code, reason }: { code: string; reason: string }): string {
  return escaped(`rejected ${code}: ${reason}`)
}

/** `  not as planned: properties.revenue: is missing`: for below the line of the message. */
export function violationLine(
  violations: readonly { field: string; description: string }[],
): string {
  const texts = violations.map(({ field, description }) => `${field}: ${description}`)
  return `  not as planned: ${escaped(texts.join('; '))}`
}

/** JSON has no line breaks, but may have control characters. */
function quoted(value: unknown): string {
  return escaped(JSON.stringify(value))
}

/** Text from outside may have control characters, which a terminal obeys. */
export function escaped(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex -- they are what is replaced
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

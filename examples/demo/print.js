// What the demo shows on the terminal.

export function section(title) {
  console.log(`\n${title}`)
}

export function line(text) {
  console.log(`  ${text}`)
}

/** Messages as they arrive, with the ids that make them one person. */
export function showMessages(collector) {
  const show = ({ type, event, name, anonymousId, userId }) => {
    const what = `${type} ${event ?? name ?? ''}`.padEnd(18)
    line(`${what} anonymousId ${anonymousId ?? '-'}  userId ${userId ?? '-'}`)
  }
  collector.on('message', show)
  return () => collector.off('message', show)
}

/** Prints the books, and says whether anything was lost. */
export function account({ enqueued, delivered, failed, pending }, collector, errors) {
  line(`enqueued ${enqueued} = delivered ${delivered} + failed ${failed} + pending ${pending}`)
  line(
    `the collector holds ${collector.accepted} messages, each of them once (${collector.duplicates} repeated ones dropped)`,
  )
  for (const error of errors)
    line(`lost: ${error.code}, ${error.messages.length} messages: ${error.message}`)
  const lost =
    failed > 0 ||
    pending > 0 ||
    enqueued !== delivered + failed + pending ||
    collector.accepted !== enqueued ||
    new Set(collector.messages.map(({ messageId }) => messageId)).size !== enqueued
  line(lost ? 'Something was LOST.' : 'Nothing was lost.')
  return lost
}

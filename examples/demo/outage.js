// The endpoint is taken down while events go on, and up again.
import { setTimeout as wait } from 'node:timers/promises'
import { line } from './print.js'

export async function outage(analytics, collector) {
  const before = collector.accepted
  await collector.down()
  for (let i = 1; i <= 1_000; i++) {
    analytics.track({ userId: 'user-1', event: 'Made During The Outage', properties: { i } })
  }
  await wait(1_500)
  const { pending, retries } = analytics.stats()
  line(`down: ${pending} of 1000 events are pending, ${retries} retries so far`)

  await collector.up()
  await analytics.flush()
  const arrived = collector.messages.slice(before).map(({ properties }) => properties.i)
  const inOrder = arrived.every((i, index) => i === index + 1)
  line(
    `up again: ${arrived.length} of 1000 arrived, ${inOrder ? 'in the order of their calls' : 'OUT OF ORDER'}`,
  )
}

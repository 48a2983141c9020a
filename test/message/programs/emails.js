// Two clients, each with an e-mail address as userId: a process of its own, for the warning comes once per process.
import { Analytics } from 'selfsame'
import { startCollector } from '@selfsame/collector'

const collector = await startCollector()
for (const userId of ['jane@example.com', 'joe@example.com']) {
  const analytics = new Analytics({ writeKey: 'k', host: collector.url })
  analytics.identify({ userId })
  await analytics.close()
}
console.log(JSON.stringify(collector.messages.map(({ userId }) => userId)))
await collector.close()

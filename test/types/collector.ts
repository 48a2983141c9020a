// The collector's types: messages, events, misbehaviour, and its end with `await using`.
import { once } from 'node:events'
import { startCollector, type CollectedMessage, type Collector } from '@selfsame/collector'

export async function used(): Promise<readonly CollectedMessage[]> {
  await using collector: Collector = await startCollector({ port: 0, writeKeys: ['test'] })
  collector.on('message', ({ type, userId, receivedAt }) => {
    const texts: (string | null | undefined)[] = [type, userId, receivedAt]
    console.log(texts)
  })
  collector.misbehave({ status: 500 }, { retryAfter: 2 }, { reset: 'mid-body' })
  await once(collector, 'message')
  for await (const { messageId } of collector) {
    const id: string = messageId
    console.log(id)
  }
  // @ts-expect-error: there is no such misbehaviour
  collector.misbehave({ explode: true })
  return await collector.waitFor(1)
}

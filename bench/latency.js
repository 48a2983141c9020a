// How long a single call can take, while sending goes on behind it.

import { measure } from './children.js'

export async function latency({ seconds, sink, tell }) {
  const results = {}
  for (const name of ['stringify', 'selfsame']) {
    tell(`latency, ${seconds} s: ${name}`)
    results[name] = await measure('./latency-child.js', name, seconds, sink.url)
  }
  const { distinct } = await sink.account()
  results.selfsame.missing = results.selfsame.messages - distinct
  return results
}

// What to do while nothing has arrived: the first message, ready to be sent.
import { useState } from 'preact/hooks'
import { Snippet } from '../parts/snippet.js'

export function FirstMessage() {
  const [chosen, setChosen] = useState(0)
  const ways = waysFor(window.location.origin)
  const way = ways[chosen] ?? ways[0]
  if (way === undefined) return null
  return (
    <div class="empty">
      <h2>Nothing has arrived yet</h2>
      <p>Send a first message; it will stand here the moment it arrives.</p>
      <div class="choices" role="group" aria-label="How to send it">
        {ways.map(({ name }, place) => (
          <button
            key={name}
            type="button"
            aria-pressed={place === chosen}
            onClick={() => {
              setChosen(place)
            }}
          >
            {name}
          </button>
        ))}
      </div>
      <Snippet code={way.code} label={`Code for ${way.name}`} />
      <p class="muted">{way.hint}</p>
    </div>
  )
}

function waysFor(origin: string) {
  const { host, protocol } = new URL(origin)
  return [
    {
      name: 'curl',
      code: `curl -u test: ${origin}/v1/track \\
  -H 'content-type: application/json' \\
  -d '{"userId":"u1","event":"Signed Up","properties":{"plan":"premium"}}'
`,
      hint: 'Any write key is taken here.',
    },
    {
      name: 'Node',
      code: `import { Analytics } from 'selfsame'

const analytics = new Analytics({ writeKey: 'test', host: '${origin}' })
analytics.track({ userId: 'u1', event: 'Signed Up', properties: { plan: 'premium' } })
await analytics.close()
`,
      hint: 'In your own app: set the host of its client to this address. With flushInterval: 500 each call is seen at once, and not after 10 seconds.',
    },
    {
      name: 'Browser',
      code: `import { AnalyticsBrowser } from '@segment/analytics-next'

const toCollector = {
  apiKey: 'test',
  apiHost: '${host}/v1',
  protocol: '${protocol.slice(0, -1)}',
}
const analytics = AnalyticsBrowser.load({
  writeKey: 'test',
  cdnSettings: { integrations: { 'Segment.io': toCollector } },
})
analytics.page('Home')
`,
      hint: 'What a browser and your server send about the same visitor becomes one person: see People.',
    },
  ]
}

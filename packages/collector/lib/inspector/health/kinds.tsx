// Counts by kind, the most frequent first.
import { addressOf } from '../data/address.js'
import { quoted } from '../messages/completion.js'
import { shown } from '../parts/shown.js'

interface Properties {
  readonly title: string
  readonly hint: string
  readonly counts: Readonly<Record<string, number>>
  /** The key of a filter that finds the messages. */
  readonly filterOf?: string
}

export function Kinds({ title, hint, counts, filterOf }: Properties) {
  const kinds = Object.entries(counts).sort(([, a], [, b]) => b - a)
  const id = title.toLowerCase().replaceAll(' ', '-')
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p class="muted">{kinds.length === 0 ? 'None.' : hint}</p>
      <ul class="kinds">
        {kinds.map(([name, count]) => (
          <li key={name}>
            {filterOf === undefined ? (
              <span>{shown(name)}</span>
            ) : (
              <a href={addressOf([], { filter: `${filterOf}:${quoted(name)}` })}>{shown(name)}</a>
            )}
            <strong>{new Intl.NumberFormat('en').format(count)}</strong>
          </li>
        ))}
      </ul>
    </section>
  )
}

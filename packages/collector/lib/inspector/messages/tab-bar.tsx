// Tabs, each with an address (ARIA: Tabs pattern).
import { go } from '../data/address.js'

interface Properties<Name extends string> {
  readonly tabs: readonly Name[]
  readonly current: Name
  readonly addressOf: (name: Name) => string
}

export function TabBar<Name extends string>({ tabs, current, addressOf }: Properties<Name>) {
  const move = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = tabs[(tabs.indexOf(current) + by + tabs.length) % tabs.length]
    if (by === 0 || next === undefined) return
    event.preventDefault()
    go(addressOf(next), { replace: true })
    document.getElementById(`tab-${next}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label="About this message">
      {tabs.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={name === current}
          tabIndex={name === current ? 0 : -1}
          onClick={() => {
            go(addressOf(name), { replace: true })
          }}
          onKeyDown={move}
        >
          {name.slice(0, 1).toUpperCase() + name.slice(1)}
        </button>
      ))}
    </div>
  )
}

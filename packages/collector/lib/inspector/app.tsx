// The page: its head, and the view that the address names.
import { useEffect } from 'preact/hooks'
import { type Address, useAddress } from './data/address.js'
import { useConnection } from './data/connection.js'
import { HealthView } from './health/health-view.js'
import { MessagesView } from './messages/messages-view.js'
import { PeopleView } from './people/people-view.js'
import { TablesView } from './tables/tables-view.js'

const VIEWS = [
  { name: 'Messages', path: '/' },
  { name: 'People', path: '/people' },
  { name: 'Tables', path: '/tables' },
  { name: 'Health', path: '/health' },
] as const

export function App() {
  const address = useAddress()
  const view = VIEWS.find(({ path }) => path === `/${address.path[0] ?? ''}`) ?? VIEWS[0]
  useEffect(() => {
    const rest = address.path.slice(1).join(' ')
    document.title = `${rest === '' ? view.name : rest} · selfsame`
  }, [address])
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="top">
        <a class="brand" href="/">
          selfsame
        </a>
        <nav aria-label="Views">
          {VIEWS.map(({ name, path }) => (
            <a key={name} href={path} aria-current={name === view.name ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <ConnectionMark />
      </header>
      <main id="main" tabIndex={-1}>
        <View name={view.name} address={address} />
      </main>
    </>
  )
}

function View({ name, address }: { name: (typeof VIEWS)[number]['name']; address: Address }) {
  switch (name) {
    case 'Messages':
      return <MessagesView address={address} />
    case 'People':
      return <PeopleView address={address} />
    case 'Tables':
      return <TablesView address={address} />
    case 'Health':
      return <HealthView />
  }
}

const TEXTS = { connecting: 'Connecting', live: 'Live', lost: 'Connection lost, trying again' }

function ConnectionMark() {
  const connection = useConnection()
  return (
    <p class={`connection ${connection}`} role="status">
      {TEXTS[connection]}
    </p>
  )
}

// One person: who it is, how it came together, and what is known.
import { useState } from 'preact/hooks'
import { addressOf, go } from '../data/address.js'
import type { Identifier, PersonView } from '../data/answers.js'
import { ask } from '../data/ask.js'
import { useAsked } from '../data/use-asked.js'
import { Dialog } from '../parts/dialog.js'
import { Notice } from '../parts/notice.js'
import { shown } from '../parts/shown.js'
import { Time } from '../parts/time.js'
import { EventList } from './event-list.js'
import { IdentifierTable } from './identifier-table.js'
import { titleOf } from './title.js'
import { Together } from './together.js'
import { TraitTable } from './trait-table.js'
import { Why } from './why.js'

interface Properties {
  /** The id of a profile, or `type:value`. */
  readonly name: string
  readonly query: URLSearchParams
  readonly version: number
}

export function PersonPage({ name, query, version }: Properties) {
  const [changes, setChanges] = useState(0)
  const path = `/_/profiles/${encodeURIComponent(name)}`
  const { value: person, error } = useAsked<PersonView>(path, `${version} ${changes}`)
  if (person === undefined) {
    return (
      <div class="page">
        <Back />
        <h1 class="unseen">A person</h1>
        {error === undefined ? null : (
          <Notice isError>
            {error.status === 404 ? `There is no person ${shown(name, 100)}.` : error.message}
          </Notice>
        )}
      </div>
    )
  }
  const changed = () => {
    setChanges((count) => count + 1)
  }
  return (
    <div class="page person">
      <Back />
      <Head person={person} />
      <section aria-labelledby="together">
        <h2 id="together">How they came together</h2>
        <Together person={person} />
      </section>
      <section aria-labelledby="ids">
        <h2 id="ids">Ids</h2>
        <IdentifierTable person={person} onSplit={(ids) => splitOff(person, ids, changed)} />
        <Why person={person} a={query.get('a')} b={query.get('b')} version={version} />
      </section>
      <section aria-labelledby="traits">
        <h2 id="traits">Traits</h2>
        <TraitTable person={person} />
      </section>
      <section aria-labelledby="messages">
        <h2 id="messages">Newest messages</h2>
        <EventList person={person} />
      </section>
    </div>
  )
}

function Back() {
  return (
    <p class="back">
      <a href="/people">All people</a>
    </p>
  )
}

function Head({ person }: { person: PersonView }) {
  const [isErasing, setErasing] = useState(false)
  const { id, createdAt, merged } = person
  return (
    <header class="title">
      <div>
        <h1>
          <bdi>{titleOf(person)}</bdi>
        </h1>
        <p class="facts">
          <code>{id}</code>
          <span>
            since <Time iso={createdAt} />
          </span>
          {merged.length === 0 ? null : <span>{merged.length + 1} people became this one</span>}
        </p>
      </div>
      <button
        type="button"
        class="button small"
        onClick={() => {
          setErasing(true)
        }}
      >
        Erase…
      </button>
      {isErasing ? (
        <Dialog
          title="Erase this person?"
          action="Erase for good"
          onAgree={() => erase(person)}
          onClose={() => {
            setErasing(false)
          }}
        >
          <p>
            All messages of <bdi>{titleOf(person)}</bdi>, their rows in the tables and all{' '}
            {person.identifiers.length} ids are forgotten. It cannot be undone.
          </p>
        </Dialog>
      ) : null}
    </header>
  )
}

async function erase({ id }: PersonView): Promise<void> {
  await ask(`/_/profiles/${encodeURIComponent(id)}/erase`, { method: 'POST', body: {} })
  go(addressOf(['people']))
}

async function splitOff(
  { id }: PersonView,
  identifiers: readonly Identifier[],
  changed: () => void,
): Promise<void> {
  const path = `/_/profiles/${encodeURIComponent(id)}/split`
  await ask(path, {
    method: 'POST',
    body: { identifiers: identifiers.map(({ type, value }) => ({ type, value })) },
  })
  changed()
}

// The view of people: all of them, or one.
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Address, addressOf, goWith } from '../data/address.js'
import type { People, ProfileView } from '../data/answers.js'
import { queryOf } from '../data/ask.js'
import { useAsked } from '../data/use-asked.js'
import { useChanges } from '../data/use-changes.js'
import { IdentifierText } from '../parts/identifier.js'
import { Notice } from '../parts/notice.js'
import { Time } from '../parts/time.js'
import { useKeys } from '../parts/use-keys.js'
import { FirstPerson } from './first-person.js'
import { titleOf } from './title.js'
import { PersonPage } from './person-page.js'

/** How long after the last key is searched, ms. */
const TYPING = 200
const MOST = 100

export function PeopleView({ address }: { address: Address }) {
  const version = useChanges()
  const [, name] = address.path
  return name === undefined ? (
    <PeopleList query={address.query} version={version} />
  ) : (
    <PersonPage key={name} name={name} query={address.query} version={version} />
  )
}

function PeopleList({ query, version }: { query: URLSearchParams; version: number }) {
  const search = query.get('search') ?? ''
  const path = `/_/profiles${queryOf({ search, limit: MOST })}`
  const { value, error } = useAsked<People>(path, version)
  return (
    <div class="page">
      <h1 class="unseen">People</h1>
      <SearchBox search={search} />
      {error === undefined ? null : <Notice isError>{error.message}</Notice>}
      {value?.profiles.length === 0 && search !== '' ? (
        <Notice>Nobody has an id that contains this.</Notice>
      ) : null}
      {value?.profiles.length === 0 && search === '' ? <FirstPerson /> : null}
      <ul class="people" aria-label="People, the newest first">
        {value?.profiles.map((profile) => (
          <PersonRow key={profile.id} profile={profile} />
        ))}
      </ul>
      {value?.next == null ? null : (
        <p class="muted">These are the newest {MOST}. Search for others by any of their ids.</p>
      )}
    </div>
  )
}

function SearchBox({ search }: { search: string }) {
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(search)
  useEffect(() => {
    if (text.trim() === search) return undefined
    const timer = window.setTimeout(() => {
      goWith({ search: text.trim() }, { replace: true })
    }, TYPING)
    return () => {
      window.clearTimeout(timer)
    }
  }, [text])
  useKeys({
    '/': () => {
      field.current?.focus()
      return true
    },
  })
  return (
    <div class="filter" role="search">
      <label for="search">Search</label>
      <input
        ref={field}
        id="search"
        type="text"
        autocomplete="off"
        spellcheck={false}
        placeholder="any id: a userId, an anonymousId, an e-mail address"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      {text === '' ? <kbd aria-hidden="true">/</kbd> : null}
    </div>
  )
}

function PersonRow({ profile }: { profile: ProfileView }) {
  const { id, identifiers, updatedAt, merged } = profile
  const rest = identifiers.length - SHOWN
  return (
    <li>
      <a href={addressOf(['people', id])}>
        <span class="name">
          <bdi>{titleOf(profile)}</bdi>
          {merged.length === 0 ? null : (
            <span class="mark merged">{`joined of ${merged.length + 1}`}</span>
          )}
        </span>
        <span class="ids">
          {identifiers.slice(0, SHOWN).map(({ type, value }) => (
            <IdentifierText key={`${type} ${value}`} type={type} value={value} />
          ))}
          {rest > 0 ? <span class="muted">and {rest} more</span> : null}
        </span>
        <span class="time">
          <Time iso={updatedAt} />
        </span>
      </a>
    </li>
  )
}

const SHOWN = 4

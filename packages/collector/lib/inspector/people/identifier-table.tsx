// The ids of a person, each with its beginning; and the way to take some of them out.
import { useState } from 'preact/hooks'
import { addressOf } from '../data/address.js'
import type { Identifier, PersonView } from '../data/answers.js'
import { shown } from '../parts/shown.js'
import { Time } from '../parts/time.js'
import { SplitDialog } from './split-dialog.js'

interface Properties {
  readonly person: PersonView
  readonly onSplit: (identifiers: readonly Identifier[]) => Promise<void>
}

const COLUMNS = ['Type', 'Value', 'Source', 'First seen', 'Split']

export function IdentifierTable({ person: { identifiers }, onSplit }: Properties) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [isAsking, setAsking] = useState(false)
  const taken = identifiers.filter((each) => chosen.has(keyOf(each)))
  const toggle = (key: string) => {
    const next = new Set(chosen)
    if (!next.delete(key)) next.add(key)
    setChosen(next)
  }
  const ask = (isOpen: boolean) => () => {
    setAsking(isOpen)
  }
  const split = async () => {
    await onSplit(taken)
    setChosen(new Set())
  }
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Ids of this person">
        <table class="data">
          <thead>
            <tr>
              {COLUMNS.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {identifiers.map((identifier) => (
              <IdentifierRow
                key={keyOf(identifier)}
                identifier={identifier}
                isChosen={chosen.has(keyOf(identifier))}
                onToggle={toggle}
              />
            ))}
          </tbody>
        </table>
      </div>
      {taken.length === 0 ? null : (
        <p class="actions">
          <button type="button" class="button small" onClick={ask(true)}>
            Split off {taken.length === 1 ? 'this id' : `these ${taken.length} ids`}…
          </button>
        </p>
      )}
      {isAsking ? <SplitDialog taken={taken} onAgree={split} onClose={ask(false)} /> : null}
    </>
  )
}

interface RowProperties {
  readonly identifier: PersonView['identifiers'][number]
  readonly isChosen: boolean
  readonly onToggle: (key: string) => void
}

function IdentifierRow({ identifier, isChosen, onToggle }: RowProperties) {
  const { type, value, source, firstMessageId, createdAt } = identifier
  return (
    <tr>
      <td>{shown(type)}</td>
      <td>
        <bdi>{shown(value)}</bdi>
      </td>
      <td>
        <bdi>{shown(source)}</bdi>
      </td>
      <td>
        <a href={addressOf([], { message: firstMessageId })}>
          <Time iso={createdAt} />
        </a>
      </td>
      <td>
        <input
          type="checkbox"
          aria-label={`Split off ${shown(type)} ${shown(value, 60)}`}
          checked={isChosen}
          onChange={() => {
            onToggle(keyOf(identifier))
          }}
        />
      </td>
    </tr>
  )
}

function keyOf({ type, value }: Identifier): string {
  return `${type}:${value}`
}

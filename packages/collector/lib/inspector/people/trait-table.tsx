// The traits of a person, each with the time of its newest value.
import type { PersonView } from '../data/answers.js'
import { shown, shownValue } from '../parts/shown.js'
import { Time } from '../parts/time.js'

export function TraitTable({ person: { traits, traitTimes } }: { person: PersonView }) {
  const names = Object.keys(traits)
  if (names.length === 0) {
    return <p class="muted">None. Only identify calls set traits.</p>
  }
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Traits of this person">
      <table class="data">
        <thead>
          <tr>
            <th scope="col">Trait</th>
            <th scope="col">Value</th>
            <th scope="col">Set</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <td>{shown(name)}</td>
              <td>
                <bdi>{shownValue(traits[name])}</bdi>
              </td>
              <td>
                <Time iso={traitTimes[name] ?? ''} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

// The route of the summary: how much arrives, from whom, and what becomes of it.
import type { Profile } from '../../profiles/profile.js'
import { positionText } from '../arrivals/position.js'
import { jsonAnswer } from '../exchange/answers.js'
import type { Route } from '../exchange/route.js'
import type { Needs } from '../needs/needs.js'

/** How many of the newest people the averages are of. */
const SAMPLE = 1000
/** Messages a second are the average of the last so many seconds, of those that are over. */
const RATE_SECONDS = 10

export function summaryRoutes(needs: Needs): Route[] {
  return [
    {
      method: 'GET',
      path: '/_/summary',
      query: [],
      answer: async () => {
        const { store, arrivals } = needs
        const { traffic } = arrivals
        const [counts, spaces, people, [newest]] = await Promise.all([
          store.counts(),
          store.spaces(),
          store.profiles({ limit: SAMPLE }),
          store.messages({ limit: 1 }),
        ])
        const { seconds } = traffic
        const over = seconds.slice(-RATE_SECONDS - 1, -1)
        const sum = over.reduce((total, each) => total + each, 0)
        return jsonAnswer({
          store: store.kind,
          spaces,
          counts,
          /** To be given as `after`: what comes from now on. */
          position: positionText({ seq: newest?.seq ?? 0, order: 0 }),
          sinceStart: traffic.totals,
          messagesPerSecond: sum / RATE_SECONDS,
          seconds,
          senders: traffic.senders,
          newestPeople: peopleOf(people),
        })
      },
    },
  ]
}

function peopleOf(profiles: readonly Profile[]) {
  const has = (profile: Profile, type: string) =>
    profile.mappings.some((each) => each.type === type)
  const known = profiles.filter((profile) => has(profile, 'user_id'))
  const identifiers = profiles.reduce((total, { mappings }) => total + mappings.length, 0)
  return {
    people: profiles.length,
    known: known.length,
    anonymous: profiles.length - known.length,
    /** They have an anonymous id from before, or from other devices. */
    becameKnown: known.filter((profile) => has(profile, 'anonymous_id')).length,
    identifiersPerPerson: profiles.length === 0 ? 0 : identifiers / profiles.length,
  }
}

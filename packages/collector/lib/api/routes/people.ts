// The routes of people: search, one person, explain, split, erase.
import { isObject } from '../../messages/message.js'
import type { LogName } from '../../profiles/changes.js'
import type { Identifier, Profile } from '../../profiles/profile.js'
import { foundOf, viewOf } from '../arrivals/found.js'
import { historyOf } from '../asking/moments.js'
import { identifierOf, profileNamed, spaceNamed } from '../asking/spaces.js'
import { profileView } from '../asking/views.js'
import { jsonAnswer } from '../exchange/answers.js'
import { invalid, notFound, unlessTypeError } from '../exchange/api-error.js'
import type { Call, Route } from '../exchange/route.js'
import type { Needs } from '../needs/needs.js'

const LIMIT = { min: 1, max: 200 }
const SEQ = { min: 0, max: Number.MAX_SAFE_INTEGER }
const MAX_BODY = 64 * 1024
const MAX_SPLIT = 1000
/** How much of its history a person's page shows. */
const MOST_HISTORY = 500
const MOST_MESSAGES = 100

export function peopleRoutes(needs: Needs): Route[] {
  return [
    {
      method: 'GET',
      path: '/_/profiles',
      query: ['search', 'space', 'limit', 'before'],
      answer: (call) => search(needs, call),
    },
    {
      method: 'GET',
      path: '/_/profiles/:profile',
      query: ['space'],
      answer: async (call) => jsonAnswer(await personOf(needs, await profileIn(needs, call))),
    },
    {
      method: 'POST',
      path: '/_/profiles/:profile/split',
      query: ['space'],
      answer: (call) => split(needs, call),
    },
    {
      method: 'POST',
      path: '/_/profiles/:profile/erase',
      query: ['space'],
      answer: async (call) => {
        const { space, id, merged, mappings } = await profileIn(needs, call)
        const erased = await unlessTypeError(() => needs.people.erase(space, id), 'cannot_erase')
        needs.arrivals.erased({
          profileIds: new Set([id, ...merged]),
          values: new Set(mappings.map(({ value }) => value)),
        })
        return jsonAnswer(erased)
      },
    },
    {
      method: 'GET',
      path: '/_/explain',
      query: ['a', 'b', 'space'],
      answer: async ({ query }) => {
        const [a, b] = [identifierIn(query.text('a'), 'a'), identifierIn(query.text('b'), 'b')]
        const space = await spaceNamed(needs.store, query.text('space'))
        if (space === undefined) throw notFound('nothing has arrived yet')
        return jsonAnswer(await needs.people.explain(space, a, b))
      },
    },
  ]
}

async function search({ store }: Needs, { query }: Call) {
  const limit = query.whole('limit', LIMIT, 50)
  const space = query.text('space')
  const text = query.text('search')
  const profiles = await store.profiles({
    limit: limit + 1,
    before: query.whole('before', SEQ, undefined),
    ...(text === undefined || text === '' ? {} : { search: text }),
    ...(space === undefined ? {} : { space: (await spaceNamed(store, space)) ?? space }),
  })
  const shown = profiles.slice(0, limit)
  const next = profiles.length > limit ? shown.at(-1)?.seq : undefined
  return jsonAnswer({ profiles: shown.map(profileView), next: next ?? null })
}

/** A person, with everything that a page about it shows. */
async function personOf({ store, rules }: Needs, profile: Profile) {
  const profileIds = [profile.id, ...profile.merged]
  const log = (name: LogName) => store.log(name, { profileIds, limit: MOST_HISTORY })
  const [
    messages,
    id_graph_updates,
    external_id_mapping_updates,
    profile_traits_updates,
    violations,
  ] = await Promise.all([
    store.messages({ profileId: profile.id, limit: MOST_MESSAGES }),
    log('id_graph_updates'),
    log('external_id_mapping_updates'),
    log('profile_traits_updates'),
    log('violations'),
  ])
  const history = {
    id_graph_updates,
    external_id_mapping_updates,
    profile_traits_updates,
    violations,
  }
  return {
    ...profileView(profile),
    traitTimes: Object.fromEntries(
      [...profile.traits].map(([name, { timestamp }]) => [name, timestamp]),
    ),
    messages: messages.map((stored) => viewOf(foundOf(stored))),
    moments: await historyOf(store, rules, history),
    history,
  }
}

async function profileIn({ store }: Needs, { parameters, query }: Call): Promise<Profile> {
  const profile = await profileNamed(store, parameters.profile ?? '', query.text('space'))
  if (profile === undefined) throw notFound('Profile was not found.')
  return profile
}

async function split(needs: Needs, call: Call) {
  const body = await call.request.json(MAX_BODY)
  const identifiers = isObject(body) ? body.identifiers : undefined
  const isList =
    Array.isArray(identifiers) && identifiers.length > 0 && identifiers.length <= MAX_SPLIT
  if (!isList) throw invalid('the body must be { "identifiers": [{ "type": …, "value": … }] }')
  const taken = (identifiers as unknown[]).map((each): Identifier => {
    if (!isObject(each) || typeof each.type !== 'string' || typeof each.value !== 'string') {
      throw invalid('each identifier must have a type and a value, both strings')
    }
    return { type: each.type, value: each.value }
  })
  const { space, id } = await profileIn(needs, call)
  const work = () => needs.people.split(space, id, taken)
  const result = await unlessTypeError(work, 'cannot_split')
  needs.arrivals.peopleChanged()
  return jsonAnswer(result)
}

function identifierIn(text: string | undefined, name: string): Identifier {
  const identifier = identifierOf(text ?? '')
  if (identifier === undefined) throw invalid(`${name} must be type:value, such as user_id:u1`)
  return identifier
}

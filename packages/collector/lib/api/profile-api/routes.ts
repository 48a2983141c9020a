// The routes of Segment's Profile API, in its paths and shapes.
import { jsonAnswer } from '../exchange/answers.js'
import type { Call, Route } from '../exchange/route.js'
import type { Needs } from '../needs/needs.js'
import { eventsAnswer } from './events.js'
import { externalIdsAnswer } from './external-ids.js'
import { linksAnswer } from './links.js'
import { metadataAnswer } from './metadata.js'
import { traitsAnswer } from './traits.js'

const PROFILE = '/v1/spaces/:space/collections/:collection/profiles/:profile'

type Part = (needs: Needs, call: Call) => Promise<unknown>

const PARTS: Readonly<Record<string, Part>> = {
  traits: traitsAnswer,
  external_ids: externalIdsAnswer,
  events: eventsAnswer,
  metadata: metadataAnswer,
  links: linksAnswer,
}

export function profileRoutes(needs: Needs): Route[] {
  return Object.entries(PARTS).map(([name, part]) => ({
    method: 'GET',
    path: `${PROFILE}/${name}`,
    answer: async (call) => jsonAnswer(await part(needs, call)),
  }))
}

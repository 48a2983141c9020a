// GET …/metadata (Segment: Profile API, Get a profile's metadata).
import type { Call } from '../exchange/route.js'
import type { Needs } from '../needs/needs.js'
import { subjectOf } from './subject.js'

/** The sources of an account are not kept. Nothing expires here. */
export async function metadataAnswer(needs: Needs, call: Call) {
  const subject = await subjectOf(needs, call)
  const about = subject.collection === 'users' ? subject.profile : subject.account
  return {
    metadata: {
      created_at: about.createdAt,
      updated_at: about.updatedAt,
      expires_at: null,
      first_message_id: about.firstMessageId,
      first_source_id: 'firstSource' in about ? about.firstSource : null,
      last_message_id: about.lastMessageId,
      last_source_id: 'lastSource' in about ? about.lastSource : null,
    },
  }
}

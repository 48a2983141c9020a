// What can be asked of a collector over HTTP.
import { setMaxListeners } from 'node:events'
import { isError } from '../../../../lib/runtime/value-kinds.js'
import type { StoreUnavailable } from '../store/errors.js'
import { SpaceError } from './asking/spaces.js'
import { jsonAnswer } from './exchange/answers.js'
import { ApiError } from './exchange/api-error.js'
import type { ApiAnswer, ApiRequest, ApiStream } from './exchange/request.js'
import { Router } from './exchange/route.js'
import { Guard } from './guard/guard.js'
import type { Needs } from './needs/needs.js'
import { profileRoutes } from './profile-api/routes.js'
import { faultRoutes } from './routes/faults.js'
import { liveRoutes } from './routes/live.js'
import { messageRoutes } from './routes/messages.js'
import { peopleRoutes } from './routes/people.js'
import { summaryRoutes } from './routes/summary.js'
import { tableRoutes } from './routes/tables.js'

const PREFIXES = ['/_/', '/v1/spaces/']

export class Api {
  readonly #guard: Guard
  readonly #router: Router

  constructor(needs: Needs) {
    this.#guard = new Guard(needs.guard)
    // Each request that waits listens to it; Node warns of more than ten.
    setMaxListeners(0, needs.closed)
    this.#router = new Router([
      ...profileRoutes(needs),
      ...messageRoutes(needs),
      ...liveRoutes(needs),
      ...summaryRoutes(needs),
      ...peopleRoutes(needs),
      ...tableRoutes(needs),
      ...faultRoutes(needs),
    ])
  }

  /** Whether a path is the API's: everything below `/_/` and `/v1/spaces/`, also what is not there. */
  static owns(path: string): boolean {
    return PREFIXES.some((prefix) => path.startsWith(prefix))
  }

  /**
   * Whether the request may be answered, for whatever else stands behind the same guard: the page.
   *
   * @returns An answer to be given instead; undefined if it may go on.
   */
  admit(request: ApiRequest): ApiAnswer | undefined {
    try {
      return this.#guard.check(request)
    } catch (error) {
      return answerOf(error)
    }
  }

  /** Rejects only if the collector itself fails. */
  async handle(request: ApiRequest): Promise<ApiAnswer | ApiStream> {
    const refusal = this.admit(request)
    if (refusal !== undefined) return refusal
    const query = new URLSearchParams(request.query)
    query.delete('token')
    try {
      const { route, call } = this.#router.find({ ...request, query })
      return await route.answer(call)
    } catch (error) {
      return answerOf(error)
    }
  }
}

/** What is not the asker's fault is thrown again. */
function answerOf(error: unknown): ApiAnswer {
  if (error instanceof ApiError) return error.answer
  if (error instanceof SpaceError) {
    return jsonAnswer({ error: { code: 'not_found', message: error.message } }, { status: 404 })
  }
  if (isUnavailable(error)) {
    const { message, retryAfter } = error
    const headers = { 'retry-after': String(retryAfter) }
    return new ApiError(503, 'store_unavailable', message, headers).answer
  }
  throw error
}

/** By its name: a store that is loaded when it is needed may have another copy of the class. */
function isUnavailable(error: unknown): error is StoreUnavailable {
  return isError(error) && error.name === 'StoreUnavailable'
}

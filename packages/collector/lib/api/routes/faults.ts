// The route of the faults: how the collector misbehaves, for who cannot call misbehave() in its process.
import { type Answer, checkAnswer, type Misbehaviour } from '../../faults/misbehave.js'
import { isObject } from '../../messages/message.js'
import { jsonAnswer } from '../exchange/answers.js'
import { invalid } from '../exchange/api-error.js'
import type { Call, Route } from '../exchange/route.js'
import type { Needs } from '../needs/needs.js'

const MAX_BODY = 64 * 1024
const MAX_ANSWERS = 1000
/** An hour, ms: who wants a fault for longer sets it without an end. */
const LONGEST = 3_600_000

export function faultRoutes({ misbehaviour }: Needs): Route[] {
  let always: Always | undefined
  const state = () => {
    const { asked, waiting } = misbehaviour
    const isAlways = always !== undefined && asked === always.ask
    return jsonAnswer({
      /** For the next requests, one each. */
      next: waiting,
      always: isAlways ? always?.answer : null,
      /** When `always` ends, if it does. */
      until: isAlways ? always?.until : undefined,
      /** Whether a function of the program decides. */
      isFunction: asked !== undefined && !isAlways,
    })
  }
  const path = '/_/faults'
  return [
    { method: 'GET', path, query: [], answer: () => Promise.resolve(state()) },
    {
      method: 'PUT',
      path,
      query: [],
      answer: async (call) => {
        always = await set(misbehaviour, call)
        return state()
      },
    },
    {
      method: 'DELETE',
      path,
      query: [],
      answer: () => {
        misbehaviour.clear()
        always = undefined
        return Promise.resolve(state())
      },
    },
  ]
}

/** One answer for every request. */
interface Always {
  readonly answer: Answer
  readonly ask: () => Answer
  /** ISO 8601, UTC. */
  readonly until?: string | undefined
}

/** Takes the place of what was there. */
async function set(misbehaviour: Misbehaviour, { request }: Call): Promise<Always | undefined> {
  const body = await request.json(MAX_BODY)
  const { next, always, for: duration, ...rest } = isObject(body) ? body : {}
  const isOne = (next === undefined) !== (always === undefined)
  const isEnding = duration !== undefined
  if (!isOne || (isEnding && always === undefined) || Object.keys(rest).length > 0) {
    throw invalid('the body must be { "next": [answer, …] } or { "always": answer, "for"?: ms }')
  }
  if (always !== undefined) {
    const answer = checked(always)
    const span = isEnding ? checkedSpan(duration) : undefined
    const ask = () => answer
    misbehaviour.set([ask])
    return {
      answer,
      ask,
      until: span === undefined ? undefined : endAfter(misbehaviour, ask, span),
    }
  }
  if (!Array.isArray(next) || next.length > MAX_ANSWERS) {
    throw invalid(`next must be a list of at most ${MAX_ANSWERS} answers`)
  }
  const answers = next.map(checked)
  misbehaviour.clear()
  misbehaviour.set(answers)
  return undefined
}

function checkedSpan(duration: unknown): number {
  if (typeof duration === 'number' && duration >= 1 && duration <= LONGEST) return duration
  throw invalid(`for must be a number of milliseconds from 1 to ${LONGEST}`)
}

/** @returns when it ends, unless something else takes its place before. */
function endAfter(misbehaviour: Misbehaviour, ask: () => Answer, duration: number): string {
  const timer = setTimeout(() => {
    if (misbehaviour.asked === ask) misbehaviour.clear()
  }, duration)
  // A collector that is closed meanwhile holds no process for it.
  timer.unref()
  return new Date(Date.now() + duration).toISOString()
}

function checked(answer: unknown): Answer {
  try {
    checkAnswer(answer)
    return answer
  } catch (error) {
    throw invalid(error instanceof TypeError ? error.message : 'that is no answer')
  }
}

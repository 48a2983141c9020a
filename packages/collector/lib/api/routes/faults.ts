// The route of the faults: how the collector misbehaves, for who cannot call misbehave() in its process.
import { type Answer, checkAnswer, type Misbehaviour } from '../../faults/misbehave.js'
import { isObject } from '../../messages/message.js'
import { jsonAnswer } from '../exchange/answers.js'
import { invalid } from '../exchange/api-error.js'
import type { Call, Route } from '../exchange/route.js'
import type { Needs } from '../needs/needs.js'

const MAX_BODY = 64 * 1024
const MAX_ANSWERS = 1000

export function faultRoutes({ misbehaviour }: Needs): Route[] {
  let always: Always | undefined
  const state = () => {
    const { asked, waiting } = misbehaviour
    const isAlways = always !== undefined && asked === always.ask
    return jsonAnswer({
      /** For the next requests, one each. */
      next: waiting,
      always: isAlways ? always?.answer : null,
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
}

/** Takes the place of what was there. */
async function set(misbehaviour: Misbehaviour, { request }: Call): Promise<Always | undefined> {
  const body = await request.json(MAX_BODY)
  const { next, always, ...rest } = isObject(body) ? body : {}
  const isOne = (next === undefined) !== (always === undefined)
  if (!isOne || Object.keys(rest).length > 0) {
    throw invalid('the body must be { "next": [answer, …] } or { "always": answer }')
  }
  if (always !== undefined) {
    const answer = checked(always)
    const ask = () => answer
    misbehaviour.set([ask])
    return { answer, ask }
  }
  if (!Array.isArray(next) || next.length > MAX_ANSWERS) {
    throw invalid(`next must be a list of at most ${MAX_ANSWERS} answers`)
  }
  const answers = next.map(checked)
  misbehaviour.clear()
  misbehaviour.set(answers)
  return undefined
}

function checked(answer: unknown): Answer {
  try {
    checkAnswer(answer)
    return answer
  } catch (error) {
    throw invalid(error instanceof TypeError ? error.message : 'that is no answer')
  }
}

// Rules of other tools, one for each event, collected into a plan.

import type { Json, PlanDocument } from '../document/document.js'
import { partOf } from './part-of-message.js'

export interface Rule {
  readonly type: string
  /** Of the event, page or screen; undefined if the rule is for all of them. */
  readonly name: string | undefined
  /** Of the whole message. */
  readonly schema: Json
  /** Where in the message the schema's own part is, if the tool says it. */
  readonly section?: string | undefined
}

export class Rules {
  readonly #events = new Map<string, Json>()
  readonly #pages = new Map<string, Json>()
  readonly #screens = new Map<string, Json>()
  readonly #parts: { traits?: Json; groupTraits?: Json } = {}
  readonly #remarks = new Set<string>()

  add({ type, name, schema: rule, section }: Rule): void {
    const isOfPeople = type === 'identify' || type === 'group'
    const { schema = { type: 'object' }, others } = partOf(
      rule,
      section ?? (isOfPeople ? 'traits' : 'properties'),
    )
    const of = name === undefined ? type : `${type} ${JSON.stringify(name)}`
    if (others.length > 0) {
      this.#remarks.add(
        `What ${of} says of ${others.join(', ')} is left out: a plan does not check it.`,
      )
    }
    if (type === 'identify') this.#parts.traits = schema
    else if (type === 'group') this.#parts.groupTraits = schema
    else {
      const named = { track: this.#events, page: this.#pages, screen: this.#screens }[type]
      if (named !== undefined && name !== undefined) named.set(name, schema)
      else this.#remarks.add(`${of} is left out: a plan has rules for each ${nameOf(type)}.`)
    }
  }

  get document(): PlanDocument {
    return {
      events: this.#events,
      ...(this.#pages.size > 0 ? { pages: this.#pages } : {}),
      ...(this.#screens.size > 0 ? { screens: this.#screens } : {}),
      ...this.#parts,
      unplanned: 'refuse',
    }
  }

  get remarks(): readonly string[] {
    return [...this.#remarks]
  }
}

function nameOf(type: string): string {
  return type === 'page' || type === 'screen'
    ? `${type} by its name`
    : 'event, page, screen and trait'
}

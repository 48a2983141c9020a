// A first plan from messages: which names there are, and what belongs to each.

import { similarName } from '../../../plan/similar-name.js'
import { formatCount } from '../../shared/words.js'
import { note, type Json, type Noted, type PlanDocument } from '../document/document.js'
import type { ReadMessage } from '../messages/message.js'
import { isData } from './privacy.js'
import { Shape } from './shape.js'
import { objectSchema, type SchemaOptions } from './shape-schema.js'

/** More names than that are made of data, and make no plan. */
const mostNames = 2_000

/** The messages of one kind, by their names. */
class Names {
  readonly shapes = new Map<string, Shape>()
  /** Messages whose name is data, or one too many. */
  unnamed = 0
  /** Messages that have no name at all. */
  nameless = 0

  add(name: unknown, value: unknown): void {
    if (typeof name !== 'string') this.nameless += 1
    else {
      let shape = this.shapes.get(name)
      if (shape === undefined && (isData(name) || this.shapes.size >= mostNames)) this.unnamed += 1
      else {
        if (shape === undefined) this.shapes.set(name, (shape = new Shape()))
        shape.add(value)
      }
    }
  }

  /** The most frequent first. */
  get sorted(): [name: string, shape: Shape][] {
    return [...this.shapes].sort(([, a], [, b]) => b.count - a.count)
  }
}

export class Inference {
  readonly #events = new Names()
  readonly #pages = new Names()
  readonly #screens = new Names()
  readonly #traits = new Shape()
  readonly #groupTraits = new Shape()
  #count = 0

  /** How many messages it has seen. */
  get count(): number {
    return this.#count
  }

  add({ type, event, name, properties, traits }: ReadMessage): void {
    this.#count += 1
    switch (type) {
      case 'track':
        this.#events.add(event, properties)
        break
      case 'page':
        this.#pages.add(name, properties)
        break
      case 'screen':
        this.#screens.add(name, properties)
        break
      case 'identify':
        this.#traits.add(traits)
        break
      case 'group':
        this.#groupTraits.add(traits)
        break
      case 'alias':
    }
  }

  document(options: SchemaOptions): PlanDocument {
    const isOpen = [this.#events, this.#pages, this.#screens].some(({ unnamed }) => unnamed > 0)
    return {
      events: schemasOf(this.#events, options),
      pages: viewsOf(this.#pages, options),
      screens: viewsOf(this.#screens, options),
      traits: traitsOf(this.#traits, options),
      groupTraits: traitsOf(this.#groupTraits, options),
      unplanned: isOpen ? 'allow' : 'refuse',
    }
  }

  /** What a person should know of the messages as a whole. */
  remarks(): string[] {
    const remarks: string[] = []
    for (const [kind, { unnamed, nameless, shapes }] of [
      ['track', this.#events],
      ['page', this.#pages],
      ['screen', this.#screens],
    ] as const) {
      const messages = (count: number): string => formatCount(count, `${kind} message`)
      if (unnamed > 0) {
        remarks.push(
          `${messages(unnamed)} with a name that is made of data, such as an id or an address. ` +
            "These names are not here, so unplanned is 'allow': move the data into properties.",
        )
      }
      if (nameless > 0 && kind === 'track') {
        remarks.push(`${messages(nameless)} without an event: no plan allows that.`)
      }
      if (nameless > 0 && kind !== 'track' && shapes.size > 0) {
        remarks.push(`${messages(nameless)} without a name: ${kind}s are left open.`)
      }
    }
    return remarks
  }
}

function schemasOf(names: Names, options: SchemaOptions): Map<string, Json & Noted> {
  const { sorted } = names
  return new Map(
    sorted.map(([name, shape], index) => {
      const schema: Json & Noted = objectSchema(shape, options)
      const before = sorted.slice(0, index).map(([each]) => each)
      const similar = similarName(name, before)
      const count = formatCount(shape.count, 'message')
      const more = similar === undefined ? undefined : names.shapes.get(similar)?.count
      schema[note] =
        more === undefined
          ? count
          : `${count}. Is it ${JSON.stringify(similar)} (${formatCount(more)})?`
      return [name, schema]
    }),
  )
}

/** Undefined if they cannot be planned: a message without a name would violate any list of names. */
function viewsOf(names: Names, options: SchemaOptions): Map<string, Json & Noted> | undefined {
  if (names.nameless > 0 || names.shapes.size === 0) return undefined
  return schemasOf(names, options)
}

/** A call often has some of the traits: none is required. */
function traitsOf(shape: Shape, options: SchemaOptions): (Json & Noted) | undefined {
  if (shape.count === 0) return undefined
  const schema: Json & Noted = objectSchema(shape, options, true)
  schema[note] = formatCount(shape.count, 'message')
  return schema
}

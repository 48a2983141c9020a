// Who sent a message, and among whose messages its person is looked for.
import { createHash } from 'node:crypto'

/** A source, as everything that the collector shows and keeps knows it: by a name, never by its write key. */
export interface Source {
  readonly name: string
  /** People are resolved within a space. */
  readonly space: string
}

const MAX_SOURCES = 10_000

/** The sources behind the write keys. */
export class Sources {
  readonly #names: ReadonlyMap<string, string>
  readonly #space: string | undefined
  readonly #known = new Map<string, Source>()

  /**
   * @param names - The name of the source of each write key.
   * @param space - The one space of all sources; undefined gives each its own, which has the source's name.
   */
  constructor(names: Readonly<Record<string, string>>, space: string | undefined) {
    this.#names = new Map(Object.entries(names))
    this.#space = space
  }

  of(writeKey: string): Source {
    const known = this.#known.get(writeKey)
    if (known !== undefined) return known
    const name = this.#names.get(writeKey) ?? nameless(writeKey)
    const source: Source = { name, space: this.#space ?? name }
    // Anyone can send any number of keys, where any key is taken.
    if (this.#known.size >= MAX_SOURCES) this.#known.clear()
    this.#known.set(writeKey, source)
    return source
  }
}

/** The same in every run, and nothing of the key. */
function nameless(writeKey: string): string {
  return `source_${createHash('sha256').update(writeKey).digest('hex').slice(0, 8)}`
}

// The way of keys to a value, and the column that it leads to: `address`, `city` is `address_city`.
import { joined, nameOf } from '../messages/snake-case.js'

const MAX_CACHED = 10_000
const LONGEST_CACHED = 100

/** A way of keys. Its continuations are kept, so that a key that comes again costs one look-up. */
export interface Path {
  /** Where a value at its end stands. */
  readonly column: string
  /** The column of its first key: the trait that the value is a part of. */
  readonly root: string
  readonly children: Map<string, Path>
}

/** Keeps the paths that were walked, so many at most: keys come from outside. */
class Paths {
  #count = 0
  #top = newPath('', '')
  #context = newPath('context', 'context')

  /** Of traits and properties. */
  get top(): Path {
    return this.#top
  }

  get context(): Path {
    return this.#context
  }

  child(path: Path, key: string): Path {
    return path.children.get(key) ?? this.#grow(path, key)
  }

  #grow(path: Path, key: string): Path {
    const name = nameOf(key)
    const child =
      path.column === '' ? newPath(name, name) : newPath(joined(path.column, name), path.root)
    if (key.length > LONGEST_CACHED) return child
    if (this.#count >= MAX_CACHED) {
      this.#count = 0
      this.#top = newPath('', '')
      this.#context = newPath('context', 'context')
    }
    this.#count += 1
    path.children.set(key, child)
    return child
  }
}

export const paths = new Paths()

function newPath(column: string, root: string): Path {
  return { column, root, children: new Map() }
}

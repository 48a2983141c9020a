// Which ids were seen, in a memory that does not grow.

/** Slots, of two 32-bit words each: 16 MiB. */
const slots = 2 ** 21
/** So many ids at most: a table that is fuller becomes slow. */
const most = slots * 0.75

/** Keeps a 64-bit hash of each: that two of a million share one has a chance of one in 37 million. */
export class IdSet {
  readonly #low = new Uint32Array(slots)
  readonly #high = new Uint32Array(slots)
  #size = 0

  /** Whether ids were left out because there were too many. */
  get isFull(): boolean {
    return this.#size >= most
  }

  /** @returns whether it is there already; where it is full, new ones are not kept */
  add(id: string): boolean {
    const [low, high] = hash(id)
    for (let slot = low % slots; ; slot = (slot + 1) % slots) {
      if (this.#low[slot] === low && this.#high[slot] === high) return true
      if (this.#low[slot] === 0 && this.#high[slot] === 0) {
        if (this.isFull) return false
        this.#low[slot] = low
        this.#high[slot] = high
        this.#size++
        return false
      }
    }
  }
}

/** cyrb53's two halves (public domain), never both 0. */
function hash(text: string): [low: number, high: number] {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return [a >>> 0 || 1, b >>> 0]
}

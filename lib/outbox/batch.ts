// A batch: messages, stored as the body of the request that will carry them.

/** Belongs to a message, and is given back to its owner when the message is settled; delivery does not use it. */
export type SettleToken = (...args: never[]) => unknown

/** How a body begins. */
export const prefix = Buffer.from('{"batch":[')
const comma = ','.charCodeAt(0)
const openBrace = '{'.charCodeAt(0)
const closeBrace = '}'.charCodeAt(0)
const suffix = (sentAt: Date): string => `],"sentAt":"${sentAt.toISOString()}"}`
const suffixLength = suffix(new Date(0)).length

/** What a body has besides its messages and the commas between them, in bytes. */
export const bodyOverhead = prefix.length + suffixLength

/** The least memory that a new batch has, in bytes. */
export const smallestCapacity = 16 * 1024

/** The bytes of a batch are no longer the messages that were written to it. */
export class CorruptBatch extends Error {
  override name = 'CorruptBatch'

  constructor() {
    super('the batch does not hold the messages that were written to it; it is not sent')
  }
}

/** What a body alone does not say about its batch. */
export interface BatchOrigin {
  /** The place of its first message among all messages of the client. */
  readonly sequence: number
  /** When that was accepted, in milliseconds since the epoch. */
  readonly since?: number
  /** By the index of the message. */
  readonly tokens?: ReadonlyMap<number, SettleToken> | undefined
}

/**
 * @internal
 *
 * The invariant: `#bytes` holds the prefix, then the live messages with commas between them, up to `#end`. Messages
 * that were dropped from the front leave a gap before the prefix.
 */
export class Batch {
  #bytes: Buffer
  #end = prefix.length
  /** The size of the message that is written but not yet added; -1 if there is none. */
  #written = -1
  /** Where each message ends, including dropped ones. */
  readonly #ends: number[] = []
  #dropped = 0
  #tokens: Map<number, SettleToken> | undefined
  readonly #firstSequence: number
  #since = 0

  /** @param firstSequence the place of the first message among all messages of the client */
  constructor(firstSequence: number, capacity = smallestCapacity) {
    this.#firstSequence = firstSequence
    this.#bytes = Buffer.allocUnsafeSlow(capacity)
    this.#bytes.set(prefix)
  }

  /** The number of live messages. */
  get count(): number {
    return this.#ends.length - this.#dropped
  }

  /** The place of the first live message among all messages of the client. The places of a batch are consecutive. */
  get sequence(): number {
    return this.#firstSequence + this.#dropped
  }

  /** When the first of them was added, in milliseconds since the epoch. */
  get since(): number {
    return this.#since
  }

  /** The bytes of the live messages alone. */
  get size(): number {
    return this.count === 0 ? 0 : this.#end - this.#start(this.#dropped) - (this.count - 1)
  }

  /** The memory that the body takes. */
  get extent(): number {
    return this.#end + suffixLength
  }

  /** The exact length of the body with one more message of `size` bytes. */
  bodyLengthWith(size: number): number {
    return bodyOverhead + this.size + this.count + size
  }

  /**
   * Writes a message after the others, without adding it yet: whether it fits depends on its size in UTF-8, which is
   * known only now.
   *
   * @param limit the largest size of a body
   * @returns its size in bytes; Infinity if it does not fit
   */
  write(text: string, limit: number): number {
    const start = this.#end + (this.#ends.length === 0 ? 0 : 1)
    this.#written = -1
    // A UTF-16 unit takes at most three bytes; only near the end of the buffer is it worth measuring.
    if (this.#bytes.length - start - suffixLength < text.length * 3) {
      const needed = start + Buffer.byteLength(text) + suffixLength
      if (needed > limit) return Infinity
      if (needed > this.#bytes.length) this.#grow(needed, limit)
    }
    return (this.#written = this.#bytes.write(text, start))
  }

  /** Copies the bytes of the message that was written last but not yet added. */
  copyWritten(size: number, target: Buffer, at: number): void {
    const start = this.#end + (this.#ends.length === 0 ? 0 : 1)
    this.#bytes.copy(target, at, start, start + size)
  }

  /**
   * Adds the message that was written last.
   *
   * @throws Error if something else has been written meanwhile, so that the size differs
   */
  add(size: number, token: SettleToken | undefined): void {
    if (size !== this.#written) throw new Error('a message was added that was not written last')
    const index = this.#ends.length
    const end = this.#end + size + (index === 0 ? 0 : 1)
    const since = this.count === 0 ? Date.now() : this.#since
    if (token) (this.#tokens ??= new Map()).set(index, token)
    // From here on no function is called, so nothing can throw near the end of the stack: all of this happens, or none.
    if (index > 0) this.#bytes[this.#end] = comma
    this.#ends[index] = end
    this.#end = end
    this.#since = since
    this.#written = -1
  }

  /**
   * Whether each live message is where it should be: an object between its brackets, followed by a comma or the end.
   * Cheap compared with a request, and the last chance to notice that unwritten memory would be sent.
   */
  get isIntact(): boolean {
    const bytes = this.#bytes
    const last = this.#ends.length - 1
    for (let index = this.#dropped; index <= last; index++) {
      const end = this.#ends[index] ?? 0
      const start = this.#start(index)
      if (end <= start || bytes[start] !== openBrace || bytes[end - 1] !== closeBrace) return false
      if (index < last && bytes[end] !== comma) return false
    }
    return (this.#ends[last] ?? prefix.length) === this.#end
  }

  /**
   * The body of a request that is sent now. It shares the batch's memory, and is valid until the batch changes.
   *
   * @throws CorruptBatch if the messages are not where they should be: such memory is never sent
   */
  body(): Buffer {
    if (!this.isIntact) throw new CorruptBatch()
    const start = this.#start(this.#dropped) - prefix.length
    this.#bytes.set(prefix, start)
    // Segment spec: Common fields, sentAt. The time of each try, by which the server corrects the timestamps.
    const length = this.#bytes.write(suffix(new Date()), this.#end)
    return this.#bytes.subarray(start, this.#end + length)
  }

  /** The live messages, parsed. */
  messages(): unknown[] {
    return Array.from({ length: this.count }, (_, index) => this.message(index))
  }

  /** One live message, parsed: as the server received it, or would have. */
  message(index: number): unknown {
    return JSON.parse(this.text(index))
  }

  /** One live message, as JSON text. */
  text(index: number): string {
    const from = this.#start(this.#dropped + index)
    return this.#bytes.toString('utf8', from, this.#ends[this.#dropped + index])
  }

  /** Whether any message has a token. */
  get hasTokens(): boolean {
    return this.#tokens !== undefined && this.#tokens.size > 0
  }

  /** The size of one live message, in bytes. */
  sizeOf(index: number): number {
    return (this.#ends[this.#dropped + index] ?? 0) - this.#start(this.#dropped + index)
  }

  /** Copies the bytes of one live message. */
  copyMessage(index: number, target: Buffer, at: number): void {
    const start = this.#start(this.#dropped + index)
    this.#bytes.copy(target, at, start, start + this.sizeOf(index))
  }

  /** The tokens of the live messages, with the index of each, in order. */
  *tokens(): Generator<[index: number, token: SettleToken]> {
    if (!this.#tokens) return
    for (const [index, token] of this.#tokens) yield [index - this.#dropped, token]
  }

  /** Takes the oldest message out, as a batch of its own. */
  dropFirst(): Batch {
    const dropped = this.slice(0, 1)
    this.#tokens?.delete(this.#dropped)
    this.#dropped++
    return dropped
  }

  /** The two halves of a batch of two or more. */
  split(): [Batch, Batch] {
    const half = Math.ceil(this.count / 2)
    return [this.slice(0, half), this.slice(half, this.count)]
  }

  /** Where each live message ends, counted from the start of the body. */
  ends(): number[] {
    const offset = this.#start(this.#dropped) - prefix.length
    return this.#ends.slice(this.#dropped).map((end) => end - offset)
  }

  /**
   * Makes a batch of a body and its `ends()`, received from another process or read from a file.
   *
   * @param body with room for what `body()` writes after the messages
   */
  static from(
    body: Buffer,
    ends: readonly number[],
    { sequence, since = Date.now(), tokens }: BatchOrigin,
  ): Batch {
    const batch = new Batch(sequence, prefix.length)
    batch.#since = since
    batch.#bytes = body
    if (tokens) batch.#tokens = new Map(tokens)
    batch.#ends.push(...ends)
    batch.#end = ends.at(-1) ?? prefix.length
    return batch
  }

  /** Some of the live messages, as a batch of their own. */
  slice(from: number, to: number): Batch {
    const start = this.#start(this.#dropped + from)
    const end = this.#ends[this.#dropped + to - 1] ?? start
    const capacity = prefix.length + end - start + suffixLength
    const slice = new Batch(this.sequence + from, capacity)
    slice.#since = this.#since
    this.#bytes.copy(slice.#bytes, prefix.length, start, end)
    slice.#end = prefix.length + end - start
    for (let index = from; index < to; index++) {
      const token = this.#tokens?.get(this.#dropped + index)
      if (token) (slice.#tokens ??= new Map()).set(index - from, token)
      slice.#ends.push(prefix.length + (this.#ends[this.#dropped + index] ?? start) - start)
    }
    return slice
  }

  /** Where a message starts: after the comma that ends the one before it. */
  #start(index: number): number {
    return index === 0 ? prefix.length : (this.#ends[index - 1] ?? 0) + 1
  }

  #grow(needed: number, limit: number): void {
    const capacity = Math.min(limit, Math.max(needed, this.#bytes.length * 2))
    const bytes = Buffer.allocUnsafeSlow(capacity)
    this.#bytes.copy(bytes, 0, 0, this.#end)
    this.#bytes = bytes
  }
}

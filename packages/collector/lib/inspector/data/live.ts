// The live feed of the collector: server-sent events, which resume by themselves.
import type { MessageView } from './answers.js'
import { queryOf } from './ask.js'
import { tellChange } from './changes.js'
import { setConnection } from './connection.js'

export interface LiveListener {
  /** The connection stands: what comes from now on is told. */
  ready(): void
  message(message: MessageView): void
  /** So many messages were not told, because more come than anybody reads. */
  sampled?(skipped: number): void
  /** All messages were deleted. */
  cleared(): void
  /** Something was missed. */
  reload(): void
}

/** How long until a connection that the collector refused is tried again, ms. */
const RETRY = 2000

/**
 * A connection for as long as the page is seen: a browser has six to a host, and a page in the background would hold
 * one. It comes back with `reload`.
 */
export class Live {
  readonly #path: string
  readonly #listener: LiveListener
  #source: EventSource | undefined
  #timer: number | undefined
  #wasAway = false

  /** @param sample - How many messages a second are wanted. */
  constructor({ filter, sample }: { filter?: string; sample: number }, listener: LiveListener) {
    this.#path = `/_/live${queryOf({ all: 'true', sample, filter })}`
    this.#listener = listener
    document.addEventListener('visibilitychange', this.#seen)
    this.#seen()
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.#seen)
    this.#disconnect()
  }

  readonly #seen = () => {
    if (document.visibilityState === 'hidden') {
      this.#wasAway = this.#source !== undefined
      this.#disconnect()
    } else if (this.#source === undefined) this.#connect()
  }

  #disconnect(): void {
    window.clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = undefined
  }

  #connect(): void {
    const source = new EventSource(this.#path)
    const listener = this.#listener
    this.#source = source
    source.onerror = () => {
      setConnection('lost')
      if (source.readyState !== EventSource.CLOSED) return
      // An answer that is none, such as 503: the browser does not try again.
      this.#wasAway = true
      this.#timer = window.setTimeout(() => {
        this.#connect()
      }, RETRY)
    }
    const on = (name: string, told: (data: unknown) => void) => {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        told(JSON.parse(event.data))
        // Also when it begins: what the first question missed is asked for once more.
        tellChange(name === 'message' || name === 'sampled' ? 'messages' : 'people')
      })
    }
    on('ready', () => {
      setConnection('live')
      if (this.#wasAway) listener.reload()
      else listener.ready()
      this.#wasAway = false
    })
    on('reload', () => {
      setConnection('live')
      this.#wasAway = false
      listener.reload()
    })
    on('message', (data) => {
      listener.message(data as MessageView)
    })
    on('sampled', (data) => listener.sampled?.((data as { skipped: number }).skipped))
    on('cleared', () => {
      listener.cleared()
    })
    on('people', () => undefined)
  }
}

// The live list: what is there, and what comes.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Messages } from '../data/answers.js'
import { ask, AskError, queryOf } from '../data/ask.js'
import { Live } from '../data/live.js'
import { MessageRows } from './message-rows.js'
import { type Row, rowOf } from './row.js'

/** How many messages a second are drawn, on average: more could not be read. */
const SAMPLE = 25
/** How many are loaded at once. */
const PAGE = 200
/** How often what came is drawn, ms. */
const DRAW_EVERY = 200
/** How long no message is left out until the list is loaded whole again, ms. */
const CALM = 1500
/** The least time between two loads, ms. */
const LOAD_EVERY = 2000

export interface LiveMessages {
  readonly rows: readonly Row[]
  /** Undefined until the first answer. */
  readonly isLoaded: boolean
  readonly error: AskError | undefined
  /** Where older messages begin; undefined if there are none. */
  readonly older: string | undefined
  /** How many messages were left out in the last second. */
  readonly skipped: number
  readonly isPaused: boolean
  readonly held: number
  readonly togglePause: () => void
}

interface Loaded {
  readonly isLoaded: boolean
  readonly error: AskError | undefined
  readonly older: string | undefined
}

const NOTHING: Loaded = { isLoaded: false, error: undefined, older: undefined }

/**
 * @param filter - One that can be read.
 * @param before - The position before which they are: then they are not live.
 */
export function useMessages(filter: string, before: string | undefined): LiveMessages {
  const [, draw] = useState(0)
  const [loaded, setLoaded] = useState(NOTHING)
  const [skipped, setSkipped] = useState(0)
  const list = useMemo(() => new MessageRows(), [filter, before])
  const drawNow = useRef<() => void>(() => undefined)
  drawNow.current = () => {
    draw((count) => count + 1)
  }
  useEffect(() => {
    setLoaded(NOTHING)
    setSkipped(0)
    const feed = new MessageFeed(
      list,
      { filter, before },
      {
        drawn: () => {
          drawNow.current()
        },
        loaded: setLoaded,
        skipped: setSkipped,
      },
    )
    return () => {
      feed.close()
    }
  }, [list])
  return {
    ...loaded,
    rows: list.rows,
    skipped,
    isPaused: list.isPaused,
    held: list.held,
    togglePause: () => {
      if (list.isPaused) list.resume()
      else list.pause()
      drawNow.current()
    },
  }
}

interface Told {
  readonly drawn: () => void
  readonly loaded: (loaded: Loaded) => void
  readonly skipped: (count: number) => void
}

/** Keeps the rows up to date until it is closed. */
class MessageFeed {
  readonly #list: MessageRows
  readonly #path: string
  readonly #told: Told
  readonly #over = new AbortController()
  readonly #live: Live | undefined
  readonly #timers: number[] = []
  #skipped: { readonly at: number; readonly count: number }[] = []
  #lastLoad = -Infinity
  #isLoadDue = false

  constructor(
    list: MessageRows,
    { filter, before }: { filter: string; before: string | undefined },
    told: Told,
  ) {
    this.#list = list
    this.#told = told
    this.#path = `/_/messages${queryOf({ limit: PAGE, all: 'true', filter, before })}`
    this.#isLoadDue = true
    this.#load()
    if (before !== undefined) return
    this.#live = this.#connect(filter)
    this.#timers.push(
      window.setInterval(() => {
        this.#tick()
      }, DRAW_EVERY),
    )
  }

  close(): void {
    this.#over.abort()
    this.#live?.close()
    for (const timer of this.#timers) window.clearInterval(timer)
  }

  #connect(filter: string): Live {
    const loadSoon = () => {
      this.#isLoadDue = true
    }
    return new Live(
      { filter, sample: SAMPLE },
      {
        ready: loadSoon,
        reload: loadSoon,
        message: (message) => {
          this.#list.add(rowOf(message))
        },
        sampled: (count) => {
          this.#skipped.push({ at: performance.now(), count })
        },
        cleared: () => {
          this.#list.clear()
          this.#told.drawn()
          this.#isLoadDue = true
        },
      },
    )
  }

  #tick(): void {
    if (this.#list.flush() || this.#list.isPaused) this.#told.drawn()
    const now = performance.now()
    const last = this.#skipped.at(-1)?.at
    if (last !== undefined && now - last > CALM) {
      // What was left out while too much came is there to be read now.
      this.#skipped = []
      this.#isLoadDue = true
      this.#told.skipped(0)
    } else if (last !== undefined) {
      this.#skipped = this.#skipped.filter(({ at }) => now - at <= Math.max(1000, now - last))
      this.#told.skipped(this.#skipped.reduce((sum, { count }) => sum + count, 0))
    }
    this.#load()
  }

  #load(): void {
    const now = performance.now()
    if (!this.#isLoadDue || this.#list.isPaused || now - this.#lastLoad < LOAD_EVERY) return
    this.#isLoadDue = false
    this.#lastLoad = now
    ask<Messages>(this.#path, { signal: this.#over.signal }).then(
      ({ messages, next }) => {
        this.#list.load(messages.map(rowOf))
        this.#told.loaded({ isLoaded: true, error: undefined, older: next ?? undefined })
        this.#told.drawn()
      },
      (error: unknown) => {
        if (!(error instanceof AskError) || this.#over.signal.aborted) return
        this.#isLoadDue = error.status === 0
        this.#told.loaded({ isLoaded: true, error, older: undefined })
      },
    )
  }
}

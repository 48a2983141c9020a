// What a run is made of. Each command does one thing; what must hold is looked at after each.

import fc from 'fast-check'
import { messageTypes } from '../../lib/spec/messages.js'
import { ways, type Way } from './arguments.js'
import { listenedEvents, places, plainCall, type CallPlan, type Client } from './client.js'
import { middlewareKinds, middlewareOf } from './middlewares.js'
import type { Books, Mark } from './model.js'
import { plainReactions, reactions, type Reaction } from './reactions.js'
import { answerKinds, type AnswerKind, type Weather } from './server.js'
import type { World } from './world.js'

type Run = (world: World) => Promise<void> | void

/** A command of a name, with what it was given. */
class Command implements fc.AsyncCommand<Books, World> {
  readonly #name: string
  readonly #given: unknown
  readonly #run: Run
  readonly #isPossible: (world: Books) => boolean

  constructor(name: string, given: unknown, run: Run, isPossible: (books: Books) => boolean) {
    this.#name = name
    this.#given = given
    this.#run = run
    this.#isPossible = isPossible
  }

  check(books: Readonly<Books>): boolean {
    return this.#isPossible(books as Books)
  }

  async run(_books: Books, world: World): Promise<void> {
    world.coverage.hit(`command ${this.#name}`)
    await this.#run(world)
    world.check()
  }

  toString(): string {
    return `${this.#name}(${JSON.stringify(this.#given ?? {})})`
  }
}

/** So many calls are enough for one run. */
const mostCalls = 6_000

const anyReaction: fc.Arbitrary<Reaction> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Reaction>('nothing', 'track', 'track many') },
  { weight: 1, arbitrary: fc.constantFrom(...reactions) },
)

function maybe<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined })
}

const anyWay: fc.Arbitrary<Way> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Way>(...ways.valid) },
  { weight: 1, arbitrary: fc.constantFrom<Way>(...ways.invalid) },
  { weight: 1, arbitrary: fc.constantFrom<Way>(...ways.large) },
  { weight: 1, arbitrary: fc.constantFrom<Way>(...ways.unreadable) },
)

const anyRefusal = fc.constantFrom(400 as const, 413 as const)

const anyMark = fc.constantFrom<Mark>('plain', 'poison', 'heavy', 'fragile', 'fragile')

const anyCall: fc.Arbitrary<CallPlan> = fc.record({
  type: fc.constantFrom(...messageTypes),
  way: anyWay,
  size: fc.constantFrom(0, 1, 50, 400, 900, 6_000),
  mark: anyMark,
  callback: maybe(anyReaction),
  within: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<Reaction>('nothing', 'track') },
    { weight: 1, arbitrary: fc.constantFrom<Reaction>(...plainReactions) },
  ),
  isBound: fc.boolean(),
})

const call = anyCall.map((plan) =>
  command('call', plan, ({ client }) => {
    client.call(plan)
  }),
)

const burst = fc
  .record({
    count: fc.constantFrom(5, 12, 40, 100),
    plan: anyCall,
    /** Which of the messages are as the plan says; the server has nothing against the others. */
    marked: fc.constantFrom('all', 'every fourth', 'the last', 'the last'),
  })
  .map(({ count, plan, marked }) =>
    command('burst', { count, marked, ...plan }, ({ client }) => {
      for (let left = count - 1; left >= 0; left--) {
        const isMarked = marked === 'all' || (marked === 'every fourth' ? left % 4 === 0 : !left)
        client.call(isMarked ? plan : { ...plan, mark: 'plain' })
      }
    }),
  )

/** So much at once that a queue drops over 1,000 messages, or over 1 MiB. */
const flood = fc
  .record({ isFat: fc.constantFrom(true, true, true, false), callback: maybe(anyReaction) })
  .map((given) =>
    command('flood', given, ({ client, coverage }) => {
      const { isFat, callback } = given
      const size = isFat ? 29_999 : 0
      const plan: CallPlan = { ...plainCall, size, callback }
      for (let count = isFat ? 45 : 1_100; count > 0; count--) client.call(plan)
      coverage.hit(isFat ? 'a flood of large messages' : 'a flood of many messages')
    }),
  )

/** A batch of which all is delivered in parts, but for the last: that is tried too often, and put aside. */
const partAside = fc.record({ callback: maybe(anyReaction), tooMany: anyRefusal }).map((given) =>
  command('part aside', given, ({ client, server }) => {
    server.weather = { usual: 'ok', most: 4, tooMany: given.tooMany, isPicky: true }
    const plan: CallPlan = { ...plainCall, callback: given.callback }
    for (let left = 11; left >= 0; left--) {
      client.call({ ...plan, mark: left === 0 ? 'fragile' : 'plain' })
    }
  }),
)

const flush = fc
  .record({
    timeout: fc.constantFrom(undefined, undefined, 0, 30, 3_000),
    isAwaited: fc.boolean(),
  })
  .map(({ timeout, isAwaited }) =>
    command(timeout === undefined ? 'flush' : 'flush with timeout', { timeout }, (world) =>
      waited(world, world.client.flush(timeout), isAwaited),
    ),
  )

const close = fc
  .record({
    timeout: fc.constantFrom(undefined, 0, 30, 3_000),
    how: fc.constantFrom('close' as const, 'closeAndFlush' as const, 'flush' as const),
    isAwaited: fc.boolean(),
  })
  .map(({ timeout, how, isAwaited }) =>
    command('close', { timeout, how }, (world) =>
      waited(world, world.client.close(timeout, how), isAwaited),
    ),
  )

const restart = fc.constantFrom(undefined, 0, 500).map((timeout) =>
  command('restart', { timeout }, async (world) => {
    const { client } = world
    await world.clock.until(client.close(timeout), 60_000)
    await world.clock.until(client.released, 60_000)
    await world.clock.pass(10)
    world.leave()
    world.start()
  }),
)

const kill = fc.constant(
  command('kill', undefined, async (world) => {
    await world.kill()
    world.start()
  }),
)

const reaction = fc
  .record({ place: fc.constantFrom(...places), reaction: anyReaction })
  .map((given) =>
    command('react', given, ({ client }) => {
      client.reactions.set(given.place, given.reaction)
    }),
  )

const listen = fc
  .record({ event: fc.constantFrom(...listenedEvents), reaction: anyReaction })
  .map((given) =>
    command('listen', given, ({ client }) => client.listen(given.event, given.reaction)),
  )

const use = fc
  .record({
    kind: fc.constantFrom(...middlewareKinds),
    every: fc.constantFrom(2, 5),
    reaction: fc.constantFrom<Reaction>(...plainReactions),
  })
  .map((given) =>
    command('use', given, ({ client, books, coverage }) => {
      client.analytics.use(middlewareOf(given, { client, books, coverage }))
    }),
  )

const anyAnswer = fc.constantFrom<AnswerKind>(...answerKinds)

const weather = fc
  .record<Weather>({
    usual: fc.oneof({ weight: 3, arbitrary: fc.constant<AnswerKind>('ok') }, anyAnswer),
    most: fc.constantFrom(Infinity, Infinity, 1, 2, 4, 4),
    tooMany: anyRefusal,
    isPicky: fc.constantFrom(true, true, false),
  })
  .map((given) =>
    command('weather', given, ({ server }) => {
      server.weather = given
    }),
  )

const answers = fc.array(anyAnswer, { minLength: 1, maxLength: 4 }).map((kinds) =>
  command('answers', kinds, ({ server }) => {
    server.next.push(...kinds)
  }),
)

const pass = fc
  .constantFrom(1, 15, 120, 700, 11_000, 70_000, 601_000, 601_000, 3 * 3_600_000)
  .map((milliseconds) =>
    command('pass', milliseconds, async (world) => {
      await world.clock.pass(milliseconds)
      settled(world)
    }),
  )

const settle = fc.constant(
  command('settle', undefined, async (world) => {
    await world.clock.settle()
    settled(world)
  }),
)

/** Any number of them up to `maxCommands`, in any order. */
export function anyCommands(
  maxCommands: number,
  replayPath?: string,
): fc.Arbitrary<Iterable<fc.AsyncCommand<Books, World>>> {
  const weighted: [number, fc.Arbitrary<Command>][] = [
    [5, call],
    [6, burst],
    [2, flood],
    [3, partAside],
    [4, flush],
    [2, close],
    [2, restart],
    [2, kill],
    [3, reaction],
    [2, listen],
    [2, use],
    [5, weather],
    [4, answers],
    [6, pass],
    [2, settle],
  ]
  const all = weighted.flatMap(([weight, arbitrary]) =>
    Array<typeof arbitrary>(weight).fill(arbitrary),
  )
  return fc.commands(all, {
    maxCommands,
    size: 'max',
    ...(replayPath === undefined ? {} : { replayPath }),
  })
}

function command(name: string, given: unknown, run: Run): Command {
  return new Command(name, given, run, (books) => books.calls.length < mostCalls)
}

async function waited(world: World, promise: Promise<unknown>, isAwaited: boolean): Promise<void> {
  if (!isAwaited) return
  // One without a timeout may wait for the server until it is better.
  await world.clock.until(promise, 120_000)
  await world.clock.settle()
  settled(world)
}

function settled({ client }: { client: Client }): void {
  client.checkTold()
}

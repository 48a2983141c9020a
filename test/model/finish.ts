// The end of a run: the weather becomes fair, everything is delivered, and the books must balance against the server's.

import type { Client } from './client.js'
import type { Call } from './model.js'
import { fairWeather } from './server.js'
import type { World } from './world.js'

/** Longer than anything that a client may wait for, in milliseconds. */
const longest = 14 * 3_600_000

/** More messages than this in one client's outbox, and none is called: something goes round in a circle. */
const mostRounds = 3

/** @throws where something does not hold */
export async function finish(world: World): Promise<void> {
  const { client, clock, server } = world
  server.weather = fairWeather
  server.next.length = 0
  for (const each of world.clients) each.reactions.clear()
  if (!client.isClosing) await flushed(world, client)
  await closed(world, client)
  if (world.config.outbox === 'disk') await emptied(world)
  // Asynchronous callbacks are waited for, for a second.
  await clock.pass(60_000)
  for (const each of world.clients) {
    each.checkTold()
    if (each.isDead) continue
    for (const { what, isOver } of each.waits) {
      if (!isOver) world.books.violate(`${what} of client ${each.number} never resolves`)
    }
  }
  for (const call of world.books.calls) balance(world, call)
  world.books.check()
}

async function flushed(world: World, client: Client): Promise<void> {
  const { clock, books } = world
  if (!(await clock.until(client.flush(), longest))) books.violate('the last flush() never ends')
  await clock.settle()
  const { pending } = client.analytics.stats()
  const isAside = world.config.outbox === 'disk'
  if (pending > 0 && !isAside && !client.isClosing) {
    // Callbacks may have made calls meanwhile.
    await clock.until(client.flush(), longest)
  }
}

async function closed(world: World, client: Client): Promise<void> {
  const { clock, books, config } = world
  if (!(await clock.until(client.close(), longest))) books.violate('the last close() never ends')
  await clock.until(client.released, longest)
  await clock.pass(10)
  const { pending } = client.analytics.stats()
  if (pending > 0 && config.outbox === 'memory') books.violate(`${pending} pending after close()`)
  world.leave()
}

/** Clients follow each other until nothing is in the directory any more. */
async function emptied(world: World): Promise<void> {
  const { clock, books } = world
  for (let round = 0; round < mostRounds; round++) {
    const { left } = world
    await clock.pass(2)
    world.start()
    const { client } = world
    await clock.pass(1)
    await flushed(world, client)
    if (client.restored !== left) {
      books.violate(
        `${left} messages were left, and client ${client.number} got ${client.restored}`,
      )
    }
    await closed(world, client)
    if (world.left === 0 || books.violations.length > 0) return
  }
  books.violate(`${world.left} messages are never delivered`)
}

/** Every call has ended once, by what was told and by what the server knows. */
function balance({ books, config }: World, call: Call): void {
  const { key, told, calledBack, hasCallback, handled, state, client, isLost } = call
  if (state === 'running') books.violate(`${key} never returned`)
  if (state === 'threw' || isLost) return
  if (handled === 'dropped') {
    if (told) books.violate(`${key} was dropped by a middleware, and ended as ${told.code}`)
    if (hasCallback && calledBack[0] !== 'filtered') {
      books.violate(`${key} was dropped by a middleware, and its callback was not told`)
    }
    return
  }
  if (config.isHeard && !told) books.violate(`the end of ${key} (${call.variant}) was never told`)
  // Callbacks are gone with the client; what is on disk ends with another.
  const isOurs = !told || told.client === client
  if (hasCallback && isOurs && calledBack.length === 0) {
    books.violate(`the callback of ${key} was never called; its end: ${told?.code ?? 'unknown'}`)
  }
  const [code = told?.code] = calledBack
  if (told && code !== told.code) books.violate(`${key} ended as ${told.code} and as ${code ?? ''}`)
  if (code === 'delivered' && !call.wasAccepted) {
    books.violate(`${key} is called delivered, and was never accepted`)
  }
}

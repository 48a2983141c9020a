// What becomes of clients that die at the wrong moment.

import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { aliveName, ownedDirectoryName, newOwner } from '../../../lib/outbox/disk/names.js'
import { openOutbox, withOutbox } from '../../support/outbox.js'

/** A client that lives, and has nothing yet: its name and its liveness marker. */
async function living(path: string): Promise<{ owner: string; marker: Server }> {
  const owner = newOwner()
  const marker = createServer().listen(join(path, 'socket'))
  await once(marker, 'listening')
  renameSync(join(path, 'socket'), join(path, aliveName(owner)))
  return { owner, marker }
}

describe('a client that made its directory while another looked for the dead, and died then', () => {
  it('is known to be dead, whenever in the search it happened', () =>
    withOutbox(async ({ path }) => {
      mkdirSync(path)
      for (let turns = 0; turns < 60; turns++) {
        const { owner, marker } = await living(path)
        const outbox = openOutbox(path)
        const opened = outbox.open?.()
        for (let i = 0; i < turns % 20; i++) await nextTurn()
        const home = join(path, ownedDirectoryName({ source: 'source', origin: owner, owner }))
        mkdirSync(home)
        marker.close()
        await opened
        outbox.close?.()
        if (existsSync(home)) {
          expect(existsSync(join(path, aliveName(owner))), `after ${turns} turns`).to.equal(true)
        }
        // Who comes next has what it has left.
        const next = openOutbox(path)
        await next.open?.()
        next.close?.()
        expect(readdirSync(path)).to.deep.equal([])
      }
    }))
})

describe('a client that is closed while it takes over what others have left', () => {
  it('leaves it to the next client, silently, at any time', () =>
    withOutbox(async ({ path }) => {
      const before = openOutbox(path)
      for (let i = 0; i < 20; i++) before.append('{"type":"track"}', undefined)
      before.close?.()
      for (let turns = 0; turns < 40; turns++) {
        const told: unknown[] = []
        const tell = (what: unknown) => told.push(what)
        const outbox = openOutbox(path, {}, { warn: tell, lost: tell })
        const opened = outbox.open?.()
        for (let i = 0; i < turns; i++) await nextTurn()
        outbox.close?.()
        await opened
        expect(told, `after ${turns} turns`).to.deep.equal([])
      }
      const next = openOutbox(path)
      await next.open?.()
      expect(next.count).to.equal(20)
      next.close?.()
    }))
})

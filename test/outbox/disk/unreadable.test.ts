// Files that others have left and that cannot be read: they hold up nothing.

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { sourceOf } from '../../../lib/client/options/destination.js'
import { checkBooks } from '../../support/clients.js'
import { idsFrom, trackMany, withOutbox } from '../../support/outbox.js'
import { warningsOf } from '../../support/warnings.js'

describe('a file in an outbox that cannot be read', () => {
  it('is named in a warning, is left alone, and the others are delivered', () =>
    withOutbox(async ({ collector, durable, path, errors }) => {
      await collector.down()
      const before = durable()
      trackMany(before, 20)
      await before.close({ timeout: 0 })
      await collector.up()
      // It sorts before what was left, and would be searched first.
      const strange = join(
        path,
        `v1.${sourceOf('abc123')}.000000000-00000000-0000000000000000.free`,
      )
      mkdirSync(strange)
      const secret = `${path}-secret`
      writeFileSync(secret, '{"batch":[\n{"type":"track"}')
      const link = join(strange, '0000000001-1.open')
      symlinkSync(secret, link)
      mkdirSync(join(strange, '0000000002-1.open'))

      const after = durable({}, { claimInterval: 10 })
      const warnings = await warningsOf(async () => {
        expect(await after.flush()).to.deep.equal({ delivered: 20, failed: 0, pending: 0 })
      })
      expect(warnings.map(({ message }) => message)).to.deep.equal([
        '0000000001-1.open of the outbox cannot be read, and stays: ELOOP',
        '0000000002-1.open of the outbox cannot be read, and stays: not a regular file',
      ])
      await after.close()
      checkBooks(after)
      expect(errors).to.deep.equal([])
      expect(collector.messages.map(({ messageId }) => messageId)).to.deep.equal(idsFrom(0, 20))
      expect(readFileSync(secret, 'utf8')).to.include('track')
      expect(lstatSync(link).isSymbolicLink()).to.equal(true)
    }))

  it('because it is a pipe, a socket or a directory is named, counts as nothing, and blocks nothing', () =>
    withOutbox(async ({ durable, path, errors }) => {
      const home = join(path, `v1.${sourceOf('abc123')}.000000000-00000000-0000000000000000.free`)
      mkdirSync(home, { recursive: true })
      execFileSync('mkfifo', [join(home, '0000000001-1.open'), join(home, '0000000002-1-5.batch')])
      mkdirSync(join(home, '0000000003-1-5.batch'))
      // A socket's path must be short; one that is renamed may be longer.
      const server = createServer().listen(join(path, 's'))
      await once(server, 'listening')
      renameSync(join(path, 's'), join(home, '0000000004-1-5.batch'))
      const strange = readdirSync(home)

      for (let start = 0; start < 2; start++) {
        const client = durable({}, { claimInterval: 10 })
        const warnings = await warningsOf(async () => {
          trackMany(client, 3)
          expect(await client.flush()).to.deep.equal({ delivered: 3, failed: 0, pending: 0 })
        })
        expect(warnings.map(({ message }) => message)).to.deep.equal([
          '0000000001-1.open of the outbox cannot be read, and stays: not a regular file',
          '0000000002-1-5.batch of the outbox cannot be read, and stays: not a regular file',
          '0000000003-1-5.batch of the outbox cannot be read, and stays: not a regular file',
          '0000000004-1-5.batch of the outbox cannot be read, and stays: ENXIO',
        ])
        await client.close()
        checkBooks(client)
      }
      expect(errors).to.deep.equal([])
      expect(readdirSync(home)).to.deep.equal(strange)
      server.close()
    }))

  it('because a pipe has taken its place is reported, and blocks nothing', () =>
    withOutbox(async ({ collector, durable, batchFiles, errors }) => {
      await collector.down()
      const before = durable()
      trackMany(before, 20)
      await before.close({ timeout: 0 })
      const client = durable()
      while (client.stats().pending < 20) await nextTurn()
      const [file = ''] = batchFiles()
      rmSync(file)
      execFileSync('mkfifo', [file])
      await collector.up()
      expect(await client.flush()).to.deep.equal({ delivered: 0, failed: 20, pending: 0 })
      expect(errors.map(({ code }) => code)).to.deep.equal(['outbox_damaged'])
      await client.close()
    }))
})

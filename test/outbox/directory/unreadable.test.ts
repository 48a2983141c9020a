// Files that others have left and that cannot be read: they hold up nothing.

import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
        '0000000002-1.open of the outbox cannot be read, and stays: EISDIR',
      ])
      await after.close()
      checkBooks(after)
      expect(errors).to.deep.equal([])
      expect(collector.messages.map(({ messageId }) => messageId)).to.deep.equal(idsFrom(0, 20))
      expect(readFileSync(secret, 'utf8')).to.include('track')
      expect(lstatSync(link).isSymbolicLink()).to.equal(true)
    }))
})

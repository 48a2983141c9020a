// `selfsame backfill --to`: history goes straight into a store of the collector.

import { expect } from 'chai'
import { openCollector } from '@selfsame/collector'
import { existsSync, writeFileSync } from 'node:fs'
import { secret, withCommand } from './command.js'

const people = `id,email,plan,at
u1,jane@example.com,premium,2014-03-01T00:00:00Z
u2,,basic,2015-03-01T00:00:00Z
u1,jane@example.com,basic,2013-03-01T00:00:00Z
`
const mapping = ['--user-id', 'id', '--timestamp', 'at', '--trait', 'email', '--trait', 'plan']
const noKey = { SEGMENT_WRITE_KEY: '', SEGMENT_HOST: 'http://127.0.0.1:1' }

describe('selfsame backfill --to', () => {
  it('makes people and tables without a key and without a network, and the newest trait counts', () =>
    withCommand(async ({ run, at, collector }) => {
      writeFileSync(at('people.csv'), people)
      const args = ['backfill', 'people.csv', ...mapping, '--to', 'events.db', '--source', 'crm']
      const { code, stderr, stdout } = await run(args, { env: noKey })
      expect(code, stderr + stdout).to.equal(0)
      expect(collector.accepted).to.equal(0)

      const store = await openCollector({ db: at('events.db') })
      try {
        const users = await store.table('users')
        expect(users.map(({ id, plan }) => [id, plan]).sort()).to.deep.equal([
          ['u1', 'premium'],
          ['u2', 'basic'],
        ])
        const jane = await store.profile('email:jane@example.com')
        expect(jane?.traits).to.deep.equal({ email: 'jane@example.com', plan: 'premium' })
        expect(jane).to.include({ space: 'crm', firstSource: 'crm' })
        const messages = await store.findMessages('user:u2')
        expect(messages.map(({ timestamp }) => timestamp)).to.deep.equal([
          '2015-03-01T00:00:00.000Z',
        ])
      } finally {
        await store.close()
      }
    }))

  it('adds nothing when it is run again', () =>
    withCommand(async ({ run, at }) => {
      writeFileSync(at('people.csv'), people)
      const args = ['backfill', 'people.csv', ...mapping, '--to', 'events.db', '--no-checkpoint']
      await run(args, { env: noKey })
      expect((await run(args, { env: noKey })).code).to.equal(0)
      const store = await openCollector({ db: at('events.db') })
      expect(await store.table('identifies')).to.have.length(3)
      await store.close()
    }))

  it('writes no file in a dry run', () =>
    withCommand(async ({ run, at }) => {
      writeFileSync(at('people.csv'), people)
      const { code } = await run(
        ['backfill', 'people.csv', ...mapping, '--to', 'events.db', '--dry-run'],
        { env: noKey },
      )
      expect(code).to.equal(0)
      expect(existsSync(at('events.db'))).to.equal(false)
    }))

  it('refuses what belongs to a service, and a password on the command line', () =>
    withCommand(async ({ run, at }) => {
      writeFileSync(at('people.csv'), people)
      const base = ['backfill', 'people.csv', ...mapping]
      const withHost = await run([...base, '--to', 'events.db', '--host', 'http://localhost'])
      expect(withHost).to.include({ code: 2 })
      expect(withHost.stderr).to.include('--host is of a service: --to needs none')
      const withPassword = await run([...base, '--to', 'postgres://joe:hunter2@localhost/db'])
      expect(withPassword).to.include({ code: 2 })
      expect(withPassword.stderr).to.include('--to-env').and.not.include('hunter2')
      const inQuery = await run([...base, '--to', 'postgres://localhost/db?password=hunter2'])
      expect(inQuery.stderr).to.include('--to-env').and.not.include('hunter2')
      expect((await run([...base, '--space', 'x'])).stderr).to.include('go with --to')
      expect(withHost.stderr + withPassword.stderr).not.to.include(secret)
    }))
}).timeout(30_000)

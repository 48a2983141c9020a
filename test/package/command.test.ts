// The command, as it is installed.
import { expect } from 'chai'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startCollector } from '@selfsame/collector'
import { installed } from './support/installation.js'
import { run, runInstalled } from './support/run.js'

describe('the installed command', () => {
  it('runs, and sends a file', async () => {
    const { app } = await installed()
    const collector = await startCollector()
    try {
      await writeFile(join(app.folder, 'users.csv'), 'id,email\n1,ann@example.com\n')
      const { stdout } = await run(
        join(app.folder, 'node_modules/.bin/selfsame'),
        ['backfill', 'users.csv', '--user-id', 'id', '--trait', 'email', '--timestamp-now'],
        { cwd: app.folder, env: { SEGMENT_WRITE_KEY: 'key', SEGMENT_HOST: collector.url } },
      )
      expect(stdout).to.include('1 row read, 1 message, 1 delivered')
      expect(collector.messages[0]?.traits).to.deep.equal({ email: 'ann@example.com' })
    } finally {
      await collector.close()
    }
  })

  it('says what to install for PostgreSQL, which nobody else needs', async () => {
    const { app } = await installed()
    const error: unknown = await runInstalled(app.folder, 'selfsame', [
      ...['backfill', '--from', 'postgres://localhost/none', '--query', 'select 1'],
      ...['--user-id', 'id', '--timestamp-now', '--dry-run'],
    ]).catch((thrown: unknown) => thrown)
    expect(String(error)).to.include('npm install pg pg-cursor')
  })
})

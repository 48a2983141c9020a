// npm run soak:collector -- --kills 200 --db sqlite|postgres
// For PostgreSQL the address of an empty database is read from the environment: SOAK_DATABASE_URL.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killAgainAndAgain } from './kills.js'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, db: { type: 'string', default: 'sqlite' } },
})
const folder = await mkdtemp(join(tmpdir(), 'selfsame-'))
try {
  const url = process.env.SOAK_DATABASE_URL
  if (values.db === 'postgres' && !url) throw new Error('SOAK_DATABASE_URL is not set')
  const db = values.db === 'postgres' ? (url ?? '') : join(folder, 'events.db')
  const { acknowledged, kept, faults } = await killAgainAndAgain({
    db,
    kills: Number(values.kills),
    onKill(done, sum) {
      if (done % 10 === 0) console.log(`${done} kills, ${sum} messages acknowledged`)
    },
  })
  console.log(`${acknowledged} messages acknowledged, ${kept} kept, ${faults.length} faults`)
  for (const fault of faults.slice(0, 20)) console.log(fault)
  process.exitCode = faults.length === 0 && acknowledged > 0 ? 0 : 1
} finally {
  await rm(folder, { recursive: true })
}

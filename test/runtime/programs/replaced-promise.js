// More than an outbox on disk keeps in memory, with a global Promise that is not the native one.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'

globalThis.Promise =
  process.argv[2] === 'a subclass' ? class extends Promise {} : runInNewContext('Promise')
const { Analytics, directory } = await import('selfsame')
const { startCollector } = await import('@selfsame/collector')

const path = mkdtempSync(join(tmpdir(), 'selfsame-promise-'))
const collector = await startCollector()
const analytics = new Analytics({
  writeKey: 'KEY',
  host: collector.url,
  outbox: directory(join(path, 'outbox')),
})
const text = 'x'.repeat(1000)
for (let n = 0; n < 9000; n++) analytics.track({ userId: 'u', event: 'E', properties: { n, text } })
console.log(JSON.stringify(await analytics.close({ timeout: 15_000 })))
await collector.close()
rmSync(path, { recursive: true, force: true })

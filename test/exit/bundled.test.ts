// The last delivery of an application that has been bundled into one file.

import { build } from 'esbuild'
import { expect } from 'chai'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startCollector } from '@selfsame/collector'
import { run, type Ended } from '../support/programs.js'

const program = fileURLToPath(new URL('./programs/exit.js', import.meta.url))
const repository = fileURLToPath(new URL('../../', import.meta.url))

/** Bundles a program, and runs it from a folder of its own. */
async function endOfBundle(
  format: 'esm' | 'cjs',
  isInstalled: boolean,
): Promise<{ ended: Ended; count: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-bundle-'))
  const collector = await startCollector()
  try {
    const outfile = join(folder, `app.${format === 'esm' ? 'mjs' : 'cjs'}`)
    const options = { bundle: true, platform: 'node', format, outfile, logLevel: 'error' } as const
    await build({ ...options, entryPoints: [program] })
    if (isInstalled) {
      await mkdir(join(folder, 'node_modules'))
      await symlink(repository, join(folder, 'node_modules', 'selfsame'))
    }
    const ended = await run(pathToFileURL(outfile), [collector.url])
    return { ended, count: collector.messages.length }
  } finally {
    await collector.close()
    await rm(folder, { recursive: true })
  }
}

describe('the last delivery of a bundled app', () => {
  for (const format of ['esm', 'cjs'] as const) {
    it(`${format}: uses the package if it is installed beside the bundle`, async () => {
      const { ended, count } = await endOfBundle(format, true)
      expect(ended).to.include({ code: 0, stderr: '' })
      expect(count).to.equal(1)
    })

    it(`${format}: says what to do if it is not`, async () => {
      const { ended, count } = await endOfBundle(format, false)
      expect(ended.code).to.equal(0)
      expect(ended.stderr).to.match(
        /^selfsame: 1 message was not delivered .+ \(the app is bundled: mark selfsame as external \(Next\.js: serverExternalPackages\)\)\n$/,
      )
      expect(count).to.equal(0)
    })
  }
})

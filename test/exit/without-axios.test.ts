// The last delivery if axios cannot be loaded: not installed, or left out of a deployment by what traced its files.

import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { startCollector } from '@selfsame/collector'
import { run } from '../support/programs.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const program = fileURLToPath(new URL('./programs/exit.js', import.meta.url))

describe('the last delivery without axios', () => {
  it('is made by fetch', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'selfsame-no-axios-'))
    const collector = await startCollector()
    try {
      const modules = join(folder, 'node_modules')
      await mkdir(join(modules, 'selfsame'), { recursive: true })
      for (const part of ['dist', 'package.json']) {
        await cp(join(repository, part), join(modules, 'selfsame', part), { recursive: true })
      }
      for (const name of ['tldts', 'tldts-core']) {
        await cp(join(repository, 'node_modules', name), join(modules, name), { recursive: true })
      }
      const app = join(folder, 'exit.mjs')
      await cp(program, app)

      const ended = await run(pathToFileURL(app), [collector.url])
      expect(ended).to.include({ code: 0, stderr: '' })
      expect(collector.messages).to.have.lengthOf(1)
    } finally {
      await collector.close()
      await rm(folder, { recursive: true })
    }
  })
}).timeout(20_000)

// The installed package in Bun and Deno, whose packages on npm hold their binaries.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { startCollector, type Collector } from '@selfsame/collector'
import { fencesOf, pageText } from '../docs/pages.js'
import { installBeside, type App } from './support/installation.js'
import { run, type Output } from './support/run.js'

const programs = fileURLToPath(new URL('./fixtures/other-runtimes', import.meta.url))

/** `@oven/bun-linux-x64/bin/bun` is what the package bun would link; its install script is not needed. */
const system = `${process.platform}-${process.arch}`
const suffix = process.platform === 'linux' ? '-glibc' : ''
const runtimes = {
  bun: { binary: `@oven/bun-${system}/bin/bun`, args: ['run'] },
  deno: { binary: `@deno/${system}${suffix}/deno`, args: ['run', '--allow-all', '--no-prompt'] },
}

describe('other runtimes', function () {
  this.timeout(180_000)

  let app: App
  let collector: Collector

  before(async () => {
    app = await installBeside(programs, 'other-runtimes', [
      ...Object.keys(runtimes).map((name) => `${name}@latest`),
      'express@5',
    ])
    const [first] = fencesOf({ path: 'README.md', text: pageText('README.md') }).filter(
      ({ language }) => language === 'js',
    )
    if (!first) throw new Error('the README has no example')
    await mkdir(join(app.folder, 'readme'))
    await writeFile(join(app.folder, 'readme/first.mjs'), first.code)
  })
  beforeEach(async () => {
    collector = await startCollector()
  })
  afterEach(() => collector.close())

  for (const [name, { binary, args }] of Object.entries(runtimes)) {
    describe(name, () => {
      const play = (program: string): Promise<Output> =>
        run(join(app.folder, 'node_modules', binary), [...args, program], {
          cwd: app.folder,
          env: { SEGMENT_WRITE_KEY: name, SEGMENT_HOST: collector.url },
        })

      it("runs the README's first example", async () => {
        const { stdout, stderr } = await play('readme/first.mjs')
        // Bun prints an object over several lines.
        expect(stdout).to.match(/delivered: 1,\s+failed: 0,\s+pending: 0/)
        expect(stderr).to.equal('')
        expect(collector.messages.map(({ type }) => type)).to.deep.equal(['track'])
      })

      it('joins visitor and user in a signup with Express', async () => {
        const { stdout, stderr } = await play('signup.mjs')
        expect(stderr).to.equal('')
        const { anonymousId, userId } = JSON.parse(stdout) as Record<string, string>
        expect(
          collector.messages.map((message) => [
            message.type,
            message.anonymousId,
            message.userId,
            (message.context?.page as { path?: string } | undefined)?.path,
          ]),
        ).to.deep.equal([
          ['identify', anonymousId, userId, '/signup'],
          ['track', anonymousId, userId, '/signup'],
        ])
      })

      it('delivers at the end of a script that runs out of work', async () => {
        const { stderr } = await play('end.mjs')
        expect(stderr).to.equal('')
        expect(collector.messages).to.have.lengthOf(1)
      })

      it('says what process.exit() has lost', async () => {
        const { stderr } = await play('exit.mjs')
        expect(stderr).to.equal(
          'selfsame: 1 message was not delivered before the process ended: 1 track (the last delivery needs a plain Node)\n',
        )
        expect(collector.messages).to.deep.equal([])
      })
    })
  }
})

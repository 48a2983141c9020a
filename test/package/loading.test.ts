// What importing the package loads: as little as a cold start can have.
import { expect } from 'chai'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installed, type App } from './support/installation.js'
import { run } from './support/run.js'

const calledOnly = `
  const analytics = new Analytics({ writeKey: 'test', host: 'http://127.0.0.1:9', flushOnExit: false })
  analytics.track({ userId: 'user-1', event: 'Started' })
`
const alsoSent = `${calledOnly}
  analytics.on('error', () => {})
  analytics.close({ timeout: 100 })
`

describe('importing the package', () => {
  // Packing and installing takes as long as the registry does, and is no part of what a test may take.
  before(async function () {
    this.timeout(120_000)
    await installed()
  })

  for (const [system, importing] of [
    ['ESM', `import { Analytics } from 'selfsame'`],
    ['CommonJS', `const { Analytics } = require('selfsame')`],
  ] as const) {
    it(`loads no axios before the first send, from ${system}`, async () => {
      const { app } = await installed()
      const scripts = await scriptsRunBy(`${importing}\n${calledOnly}`, system, app)
      // The entry, and what it shares with the other ones.
      expect(scripts.filter(ofSelfsame)).to.have.length.within(1, 2)
      expect(scripts.filter(ofPackages).filter(ofAxios)).to.deep.equal([])
    })

    it(`loads axios with the first send, from ${system}`, async () => {
      const { app } = await installed()
      const scripts = await scriptsRunBy(`${importing}\n${alsoSent}`, system, app)
      expect(scripts.filter(ofAxios)).to.not.deep.equal([])
    })
  }

  it('loads nothing of the collector', async () => {
    const { app } = await installed()
    const scripts = await scriptsRunBy(`import 'selfsame'`, 'ESM', app)
    expect(scripts.filter((url) => url.includes('collector'))).to.deep.equal([])
  })
})

const ofPackages = (url: string): boolean => url.includes('/node_modules/')
const ofAxios = (url: string): boolean => url.includes('/node_modules/axios/')
const ofSelfsame = (url: string): boolean => url.includes('/node_modules/selfsame/dist/')

interface Coverage {
  result: { url: string }[]
}

/** V8's coverage report names every script that ran, however it was loaded. */
async function scriptsRunBy(
  program: string,
  system: 'ESM' | 'CommonJS',
  app: App,
): Promise<string[]> {
  const folder = await mkdtemp(join(app.folder, 'coverage-'))
  const type = system === 'ESM' ? 'module' : 'commonjs'
  await run(process.execPath, [`--input-type=${type}`, '--eval', program], {
    cwd: app.folder,
    env: { NODE_V8_COVERAGE: folder },
  })
  const reports = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
  )
  return reports.flatMap((report) =>
    (JSON.parse(report) as Coverage).result.map(({ url }) => url.replaceAll('\\', '/')),
  )
}

// The package does its work wherever it is imported: each test sends a message from it to its own collector.
import { expect } from 'chai'
import { build, type Format } from 'esbuild'
import { join } from 'node:path'
import { installed } from './support/installation.js'
import { run, runInstalled } from './support/run.js'

/** Packages within axios call require(), which an ES module does not have. */
const bannerForAxios = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`

describe('the installed package', () => {
  it('delivers from ESM', async () => {
    const { app } = await installed()
    const { stdout } = await run(process.execPath, ['app.mjs'], { cwd: app.folder })
    expect(JSON.parse(stdout)).to.deep.equal(delivered)
  })

  it('delivers from CommonJS', async () => {
    const { app } = await installed()
    const { stdout } = await run(process.execPath, ['app.cjs'], { cwd: app.folder })
    expect(JSON.parse(stdout)).to.deep.equal(delivered)
  })

  it('delivers the pending messages of a process that calls process.exit()', async () => {
    const { app } = await installed()
    const { stdout } = await run(process.execPath, ['exit.mjs'], { cwd: app.folder })
    expect(JSON.parse(stdout)).to.deep.equal(delivered)
  })

  it('delivers in Jest, without configuration', async () => {
    const { app } = await installed()
    const { stderr } = await runInstalled(app.folder, 'jest', ['jest/'])
    expect(stderr).to.match(/^Tests: +3 passed, 3 total$/m)
    expect(stderr).to.not.match(/did not exit|open handle|failed to exit|Warning/)
  })

  it('delivers in Vitest, without configuration', async () => {
    const { app } = await installed()
    const { stdout, stderr } = await runInstalled(app.folder, 'vitest', ['run', 'vitest/'])
    expect(stdout).to.match(/Tests +\S*2 passed/)
    expect(stderr).to.equal('')
  })

  for (const [format, extension, banner] of [
    ['cjs', 'cjs', ''],
    ['esm', 'mjs', bannerForAxios],
  ] as const) {
    it(`delivers from a bundle that esbuild made of it, as ${format}`, async () => {
      const { app } = await installed()
      const bundle = await bundleOf(join(app.folder, 'app.mjs'), format, extension, banner)
      const { stdout, stderr } = await run(process.execPath, [bundle], { cwd: app.folder })
      expect(JSON.parse(stdout)).to.deep.equal(delivered)
      expect(stderr).to.equal('')
    })
  }
})

/** What each of the programs prints. */
const delivered = {
  counts: { delivered: 1, failed: 0, pending: 0 },
  messages: [{ type: 'track', userId: 'user-1', event: 'Installed' }],
}

/** Bundles everything into one file. */
async function bundleOf(
  entry: string,
  format: Format,
  extension: string,
  banner: string,
): Promise<string> {
  const outfile = join(entry, '..', 'bundled', `app.${extension}`)
  const { warnings } = await build({
    entryPoints: [entry],
    outfile,
    format,
    bundle: true,
    platform: 'node',
    banner: { js: banner },
    target: 'node20',
    logLevel: 'silent',
  })
  expect(warnings.map(({ text }) => text)).to.deep.equal([])
  return outfile
}

// What is in the tarball: all that a user needs, and nothing of ours.
import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installed } from './support/installation.js'
import { runInstalled } from './support/run.js'

describe('the packed package', () => {
  it('has its code, its types and its papers', async () => {
    const { files } = await installed()
    const needed = [
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'dist/index.js',
      'dist/index.cjs',
      'dist/index.d.ts',
      'dist/index.d.cts',
      'dist/backfill.js',
      'dist/backfill.cjs',
      'dist/backfill.d.ts',
      'dist/backfill.d.cts',
      'dist/collector.js',
      'dist/collector.cjs',
      'dist/collector.d.ts',
      'dist/collector.d.cts',
      'dist/cli.js',
      'dist/last-delivery-child.cjs',
    ]
    expect(needed.filter((path) => !files.includes(path))).to.deep.equal([])
  })

  it('has nothing else: no tests, no configuration, no sources', async () => {
    const { files } = await installed()
    const allowed =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|THIRD_PARTY_LICENSES\.md|dist\/[\w-]+\.(js|cjs|d\.ts|d\.cts|js\.map|cjs\.map))$/
    expect(files.filter((path) => !allowed.test(path))).to.deep.equal([])
  })

  it('names no path of the machine that built it', async () => {
    const { files, app, repository } = await installed()
    const betrayed: string[] = []
    for (const path of files) {
      const text = await readFile(join(app.folder, 'node_modules/selfsame', path), 'utf8')
      if (text.includes(repository.replace(/\/$/, '')) || text.includes('file:///')) {
        betrayed.push(path)
      }
    }
    expect(betrayed).to.deep.equal([])
  })

  it('satisfies publint, strictly', async () => {
    const { tarball, repository } = await installed()
    const { stdout } = await runInstalled(repository, 'publint', ['run', tarball, '--strict'])
    expect(stdout).to.include('All good')
  })

  it('satisfies Are The Types Wrong, in every way of resolving', async () => {
    const { tarball, repository } = await installed()
    const { stdout } = await runInstalled(repository, 'attw', [tarball, '--profile', 'strict'])
    expect(stdout).to.include('No problems found')
  })
})

// What is in the tarballs: all that a user needs, and nothing of ours.
import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { installed } from './support/installation.js'
import { runInstalled } from './support/run.js'

const packages = {
  selfsame: {
    needed: [
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'THIRD_PARTY_LICENSES.md',
      ...['index', 'backfill', 'express', 'koa', 'fastify', 'fetch', 'plan'].flatMap(bothFormats),
      ...['testing', 'testing-vitest', 'testing-jest', 'testing-chai'].flatMap(bothFormats),
      'dist/cli.js',
      'docs/options.md',
      ...['exit-child', 'exit-bullmq', 'exit-graphile-worker'].map((name) => `dist/${name}.cjs`),
    ],
    allowed:
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|THIRD_PARTY_LICENSES\.md|docs\/[\w-]+\.(md|svg)|dist\/[\w-]+\.(js|cjs|d\.ts|d\.cts))$/,
  },
  collector: {
    needed: [
      'package.json',
      'README.md',
      'LICENSE',
      'THIRD_PARTY_LICENSES.md',
      ...bothFormats('index'),
      ...['index.html', 'page.js', 'page.css', 'icon.svg'].map((name) => `dist/page/${name}`),
    ],
    allowed:
      /^(package\.json|README\.md|LICENSE|THIRD_PARTY_LICENSES\.md|dist\/[\w-]+\.(js|cjs|d\.ts|d\.cts)|dist\/page\/\w+\.(html|js|css|svg))$/,
  },
}

function bothFormats(entry: string): string[] {
  return ['js', 'cjs', 'd.ts', 'd.cts'].map((extension) => `dist/${entry}.${extension}`)
}

for (const which of ['selfsame', 'collector'] as const) {
  const { needed, allowed } = packages[which]

  describe(`the packed package ${which}`, () => {
    it('has its code, its types and its papers', async () => {
      const { files } = (await installed())[which]
      expect(needed.filter((path) => !files.includes(path))).to.deep.equal([])
    })

    it('has nothing else: no tests, no configuration, no sources, no source maps', async () => {
      const { files } = (await installed())[which]
      expect(files.filter((path) => !allowed.test(path))).to.deep.equal([])
    })

    it('is small: at most 0.5 MB packed, and 2 MB unpacked', async () => {
      const { size, unpackedSize } = (await installed())[which]
      expect(size).to.be.at.most(500_000)
      expect(unpackedSize).to.be.at.most(2_000_000)
    })

    it('names no path of the machine that built it', async () => {
      const { app, repository, [which]: packed } = await installed()
      const betrayed: string[] = []
      for (const path of packed.files) {
        const text = await readFile(join(app.folder, 'node_modules', packed.name, path), 'utf8')
        if (text.includes(repository.replace(/\/$/, '')) || text.includes('file:///')) {
          betrayed.push(path)
        }
      }
      expect(betrayed).to.deep.equal([])
    })

    it('satisfies publint, strictly', async () => {
      const { repository, [which]: packed } = await installed()
      const args = ['run', packed.tarball, '--strict']
      const { stdout } = await runInstalled(repository, 'publint', args)
      expect(stdout).to.include('All good')
    })

    it('satisfies Are The Types Wrong, in every way of resolving', async () => {
      const { repository, [which]: packed } = await installed()
      const args = [packed.tarball, '--profile', 'strict']
      const { stdout } = await runInstalled(repository, 'attw', args)
      expect(stdout).to.include('No problems found')
    })
  })
}

describe('the packed collector', () => {
  it('stands by itself: it imports what Node has, and requires the drivers of its databases', async () => {
    const { app, collector } = await installed()
    const drivers = new Set<string>()
    // The page is for browsers, and quotes imports as text to be copied.
    const code = collector.files.filter((each) => /^dist\/(?!page\/)/.test(each))
    for (const path of code) {
      const text = await readFile(join(app.folder, 'node_modules', collector.name, path), 'utf8')
      const imported = [...text.matchAll(/(?:\bfrom |\bfrom|require\()['"]([@./\w:-]+)['"]/g)]
        .map(([, id = '']) => id)
        .filter((id) => !isBuiltin(id) && !id.startsWith('./chunk-'))
      for (const id of imported) drivers.add(id)
      // An import at the top would need them where only memory is used.
      if (path.endsWith('.js')) expect(imported, path).to.deep.equal([])
    }
    expect([...drivers].sort()).to.deep.equal(['libsql', 'pg'])
  })
})

// Each link of the packed pages, and each page that a message or a type names, is in the tarball.
import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brokenLink, linksOf, pageAt, type Place } from '../docs/pages.js'
import { installed } from './support/installation.js'

for (const which of ['selfsame', 'collector'] as const) {
  describe(`the pages of the packed package ${which}`, () => {
    it('link to what is packed with them', async () => {
      const { place } = await unpacked(which)
      const broken = place.pages.flatMap((page) =>
        [...linksOf(page)].map((link) => [page.path, link, brokenLink(page, link, place)]),
      )
      expect(broken).to.not.deep.equal([])
      expect(broken.filter(([, , reason]) => reason !== undefined)).to.deep.equal([])
    })
  })
}

describe('the code of the packed package selfsame', () => {
  it('names pages, and headings of them, that are packed with it', async () => {
    const { folder, place } = await unpacked('selfsame')
    const { selfsame } = await installed()
    const code = selfsame.files.filter((path) => path.startsWith('dist/'))
    const named = new Set<string>()
    for (const path of code) {
      const text = await readFile(join(folder, path), 'utf8')
      for (const [link] of text.matchAll(/\bdocs\/[\w-]+\.md(#[\w-]+)?/g)) named.add(link)
    }
    const root = { path: 'README.md', text: '' }
    expect(named).to.include('docs/options.md').and.to.include('docs/errors.md')
    expect([...named].map((link) => brokenLink(root, link, place)).filter(Boolean)).to.deep.equal(
      [],
    )
  })
})

/** A package as it is installed, and where its pages are. */
async function unpacked(
  which: 'selfsame' | 'collector',
): Promise<{ folder: string; place: Place }> {
  const { app, [which]: packed } = await installed()
  const folder = join(app.folder, 'node_modules', packed.name)
  const pages = packed.files
    .filter((path) => path.endsWith('.md'))
    .map((path) => pageAt(folder, path))
  return { folder, place: { pages, has: (path) => packed.files.includes(path) } }
}

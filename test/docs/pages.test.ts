// The pages have what the code has, and link to what is there.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { errorCodes } from '../../lib/spec/error.js'
import { brokenLink, linksOf, pages, pageText, root } from './pages.js'

describe('docs/options.md', () => {
  const source = readFileSync(`${root}lib/options/analytics-options.ts`, 'utf8')
  const [, fields = ''] = /export interface AnalyticsOptions \{\n([\s\S]*?)\n\}/.exec(source) ?? []
  const options = [...fields.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name = '']) => name)

  it('knows the options of lib/options/analytics-options.ts', () => {
    expect(options).to.include.members(['writeKey', 'flushAt', 'httpsAgent'])
  })

  for (const option of options) {
    it(`has a row for ${option}`, () => {
      expect(pageText('docs/options.md')).to.match(new RegExp(`^\\| \`${option}\` `, 'm'))
    })
  }

  it('has no row for an option that does not exist', () => {
    const environment = pageText('docs/options.md').indexOf('## The environment')
    const rows = pageText('docs/options.md')
      .slice(0, environment)
      .matchAll(/^\| `(\w+)`/gm)
    expect([...rows].map(([, name]) => name)).to.have.members(options)
  })
})

describe('docs/errors.md', () => {
  const sections = pageText('docs/errors.md')
    .split(/^## /m)
    .slice(1)
    .map((section) => section.split('\n', 1)[0]?.trim())

  for (const code of Object.keys(errorCodes)) {
    it(`has a section for ${code}`, () => {
      expect(sections).to.include(`\`${code}\``)
    })
  }

  it('has no section for a code that does not exist', () => {
    const codes = sections.filter((section) => section?.startsWith('`'))
    expect(codes).to.have.members(Object.keys(errorCodes).map((code) => `\`${code}\``))
  })
})

describe('the links of the documentation', () => {
  const repository = { pages, has: (path: string) => existsSync(join(root, path)) }

  for (const page of pages) {
    for (const link of linksOf(page)) {
      it(`${page.path} → ${link}`, () => {
        expect(brokenLink(page, link, repository)).to.equal(undefined)
      })
    }
  }
})

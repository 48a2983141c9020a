// The pages have what the code has, and link to what is there.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { errorCodes } from '../../lib/runtime/error-codes.js'
import { warningCodes } from '../../lib/runtime/warnings.js'
import { anchorsOf, pages, pageText, proseOf, root } from './pages.js'

describe('docs/options.md', () => {
  const source = readFileSync(`${root}lib/client/options/analytics-options.ts`, 'utf8')
  const [, fields = ''] = /export interface AnalyticsOptions \{\n([\s\S]*?)\n\}/.exec(source) ?? []
  const options = [...fields.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name = '']) => name)

  it('knows the options of lib/client/options/analytics-options.ts', () => {
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
  for (const page of pages) {
    const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^[a-z]+:/.test(link))

    for (const link of new Set(links)) {
      it(`${page.path} → ${link}`, () => {
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? page.path : join(dirname(page.path), path)
        expect(existsSync(join(root, target)), `${target} is there`).to.equal(true)
        if (anchor === undefined) return
        const targetPage = pages.find((each) => each.path === target)
        if (!targetPage) throw new Error(`${target} is no page`)
        expect([...anchorsOf(targetPage)]).to.include(anchor)
      })
    }
  }
})

describe('docs/errors.md', () => {
  const rows = [...pageText('docs/errors.md').matchAll(/^\| `(SELFSAME_[A-Z_]+)`/gm)].map(
    ([, code]) => code,
  )

  it('has a row for every code of a warning, and for no other', () => {
    const ofErrors = new Set(
      Object.keys(errorCodes).map((code) => `SELFSAME_${code.toUpperCase()}`),
    )
    expect(rows.filter((code) => !ofErrors.has(code!))).to.have.members(Object.keys(warningCodes))
  })
})

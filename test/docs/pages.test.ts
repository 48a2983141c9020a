// The pages have what the code has, and link to what is there.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { integers } from '../../lib/client/options/table.js'
import { Analytics } from '../../lib/index.js'
import type { IntegerBounds } from '../../lib/runtime/check-option.js'
import { errorCodes } from '../../lib/runtime/error-codes.js'
import { warningCodes } from '../../lib/runtime/warnings.js'
import { brokenLink, linksOf, pages, pageText, root } from './pages.js'

describe('docs/delivery.md', () => {
  it('has a row for each field of stats(), and no others', () => {
    const [, section = ''] =
      /^## `stats\(\)`$([\s\S]*?)^## /m.exec(pageText('docs/delivery.md')) ?? []
    const cells = [...section.matchAll(/^\| (`.*?) +\|/gm)].map(([, cell = '']) => cell)
    const fields = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name))
    expect(fields).to.have.members(Object.keys(new Analytics({ disable: true }).stats()))
  })
})

describe('docs/options.md', () => {
  const source = readFileSync(`${root}lib/client/options/analytics-options.ts`, 'utf8')
  const [, fields = ''] =
    /export interface AnalyticsOptions(?:<[^>]*>)? \{\n([\s\S]*?)\n\}/.exec(source) ?? []
  const options = [...fields.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name = '']) => name)

  it('knows the options of lib/client/options/analytics-options.ts', () => {
    expect(options).to.include.members(['writeKey', 'flushAt', 'httpsAgent'])
  })

  for (const option of options) {
    it(`has a row for ${option}`, () => {
      expect(pageText('docs/options.md')).to.match(new RegExp(`^\\| \`${option}\` `, 'm'))
    })
  }

  const rowOf = (option: string): string[] =>
    (new RegExp(`^\\| \`${option}\` .*$`, 'm').exec(pageText('docs/options.md'))?.[0] ?? '')
      .split('|')
      .map((cell) => cell.trim())
  const number = (value: number): string =>
    value === Infinity ? 'Infinity' : value.toLocaleString('en-US')
  const docOf = (option: string): string =>
    new RegExp(`/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\s*${option}\\?:`).exec(fields)?.[0] ?? ''

  for (const [option, { default: value, min, max }] of Object.entries<IntegerBounds>(integers)) {
    it(`says the default and the bounds of ${option}`, () => {
      const [, , standard = '', bounds = ''] = rowOf(option)
      expect(
        standard.startsWith(number(value)),
        `${standard} begins with ${number(value)}`,
      ).to.equal(true)
      expect(bounds).to.match(new RegExp(`^${number(min)} (or more|to)`))
      if (max !== undefined) expect(bounds).to.include(number(max))
      else expect(bounds).to.equal(`${number(min)} or more`)
    })

    it(`says the default of ${option} in its type`, () => {
      const [, text = ''] = /@default ([^\n*]+)/.exec(docOf(option)) ?? []
      const units: Record<string, number> = { KiB: 1024, MiB: 1024 ** 2, hours: 3_600_000 }
      const [, digits = '', unit = ''] = /^([\d_,]+) ?(KiB|MiB|hours)?/.exec(text) ?? []
      expect(Number(digits.replace(/[_,]/g, '')) * (units[unit] ?? 1)).to.equal(value)
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

describe('the files that the documentation names', () => {
  // In inline code, from the root of the repository; the pages of a package name its own files too.
  const inCode = /`((?:test|bench|examples|lib|packages)\/[^`\s]*\.(?:c?js|mjs|ts))`/g
  for (const page of pages) {
    const names = new Set([...page.text.matchAll(inCode)].map(([, name = '']) => name))
    for (const name of names) {
      it(`${page.path} names ${name}`, () => {
        const places = [join(root, name), join(root, dirname(page.path), name)]
        expect(places.some((place) => existsSync(place))).to.equal(true)
      })
    }
  }

  it('are found: the guarantees name their tests', () => {
    expect([...pageText('docs/guarantees.md').matchAll(inCode)]).to.have.length.above(20)
  })
})

describe('the pages', () => {
  const linked = (path: string): string[] => {
    const page = { path, text: pageText(path) }
    return [...linksOf(page)].map((link) => join(dirname(path), link.split('#', 1)[0] ?? ''))
  }

  it('are all linked from the README and from the index', () => {
    // The one for those who change selfsame stays in the repository.
    const paths = pages
      .map(({ path }) => path)
      .filter((path) => /^docs\/(?!README|architecture)/.test(path))
    expect(paths).to.have.length.above(20)
    expect(linked('README.md')).to.include.members(paths)
    expect(linked('docs/README.md')).to.include.members(paths)
  })

  it('are in plain words', () => {
    const odd =
      /whoever|of the caller's|gone? on with|is told of|at last the|where there (?:is|are) none|\banew\b|under way|\bR\d+:/gi
    const found = pages.flatMap(({ path, text }) =>
      [...text.matchAll(odd)].map(([words]) => `${path}: ${words}`),
    )
    expect(found).to.deep.equal([])
  })
})

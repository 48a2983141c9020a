// The pages of the documentation, as the tests read them.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Page {
  /** From the root of the repository: `docs/errors.md`. */
  readonly path: string
  readonly text: string
}

/** README.md, CHANGELOG.md, everything in docs/, and the README of each package. */
export const pages: readonly Page[] = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(`${root}packages`).map((name) => `packages/${name}/README.md`),
].map((path) => pageAt(root, path))

export function pageAt(folder: string, path: string): Page {
  return { path, text: readFileSync(join(folder, path), 'utf8') }
}

export function pageText(path: string): string {
  const page = pages.find((each) => each.path === path)
  if (!page) throw new Error(`there is no page ${path}`)
  return page.text
}

/** A fenced block of code. */
export interface Fence {
  readonly page: string
  readonly line: number
  readonly language: string
  readonly code: string
}

export function fencesOf({ path, text }: Page): Fence[] {
  const fences: Fence[] = []
  let open: { line: number; language: string; mark: string; code: string[] } | undefined
  text.split('\n').forEach((content, index) => {
    const [, mark = '', language = ''] = /^\s*(`{3,}|~{3,})\s*(\S*)/.exec(content) ?? []
    if (open === undefined) {
      if (mark !== '') open = { line: index + 1, language, mark, code: [] }
    } else if (mark.startsWith(open.mark) && language === '') {
      fences.push({
        page: path,
        line: open.line,
        language: open.language,
        code: `${open.code.join('\n')}\n`,
      })
      open = undefined
    } else {
      open.code.push(content)
    }
  })
  if (open !== undefined) throw new Error(`${path}:${open.line}: a block that does not end`)
  return fences
}

/** The text of a page without its fenced blocks. */
export function proseOf({ text }: Page): string {
  return text.replace(/^\s*(`{3,}|~{3,})[\s\S]*?^\s*\1\s*$/gm, '')
}

/** The relative links of a page. */
export function linksOf(page: Page): Set<string> {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return new Set(links.filter((link) => !/^[a-z]+:/.test(link)))
}

/** Where pages stand: the repository, or a package. */
export interface Place {
  readonly pages: readonly Page[]
  /** Whether there is such a file. */
  has(path: string): boolean
}

/** What is missing if a link leads nowhere. */
export function brokenLink(page: Page, link: string, place: Place): string | undefined {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page.path : join(dirname(page.path), path)
  if (!place.has(target)) return `${target} is not there`
  if (anchor === undefined) return undefined
  const targetPage = place.pages.find((each) => each.path === target)
  if (!targetPage) return `${target} is no page`
  return anchorsOf(targetPage).has(anchor) ? undefined : `${target} has no heading #${anchor}`
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(page: Page): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of proseOf(page).matchAll(/^#{1,6} +(.+)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-')
    let unique = anchor
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`
    anchors.add(unique)
  }
  return anchors
}

/** `docs-errors-12` for the block in line 12 of docs/errors.md. */
export function nameOf({ page, line }: Fence): string {
  return `${page.replace(/\.md$/, '').replaceAll(/\W+/g, '-').toLowerCase()}-${line}`
}

// The rooms of lib/: what may import what, and how large things may be.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { ESLint } from 'eslint'
import ts from 'typescript'
// @ts-expect-error: a module of the linter's configuration, without types.
import { rooms as table } from '../../eslint.rooms.js'

const rooms = table as string[]
const root = fileURLToPath(new URL('../../', import.meta.url))

type Graph = Map<string, Set<string>>

/** Every import of every file, types and `import()` included. */
function fileGraph(): Graph {
  const files = ['lib', 'packages/collector/lib'].flatMap((dir) =>
    readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => `${dir}/${name.replaceAll('\\', '/')}`),
  )
  const known = new Set(files)
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(
        readFileSync(join(root, file), 'utf8'),
        true,
        true,
      )
      const imported = importedFiles
        .map(({ fileName }) => fileName)
        .filter((name) => name.startsWith('.'))
        .map((name) => relative(root, join(root, dirname(file), name)).replaceAll('\\', '/'))
        .map((name) => {
          const path = name.replace(/\.js$/, '.ts')
          return known.has(path) ? path : `${path}x`
        })
      return [file, new Set(imported)]
    }),
  )
}

/** The same arrows between what the files belong to. */
function grouped(graph: Graph, groupOf: (file: string) => string): Graph {
  const groups: Graph = new Map()
  for (const [file, imported] of graph) {
    const from = groupOf(file)
    const arrows = groups.get(from) ?? new Set()
    groups.set(from, arrows)
    for (const each of imported) if (groupOf(each) !== from) arrows.add(groupOf(each))
  }
  return groups
}

/** What is left if everything without an arrow to something left is taken away: empty if there is no circle. */
function circles(graph: Graph): string[] {
  const left = new Set(graph.keys())
  for (let size = -1; size !== left.size;) {
    size = left.size
    for (const from of left) {
      if (![...(graph.get(from) ?? [])].some((to) => left.has(to))) left.delete(from)
    }
  }
  return [...left]
}

function roomOf(file: string): string {
  const [top, second = '', third] = file.split('/')
  if (top === 'packages') return second
  return third === undefined ? 'index' : second
}

describe('the rooms of lib/', () => {
  const graph = fileGraph()

  it('are all in the table', () => {
    const found = new Set([...graph.keys()].filter((file) => file.startsWith('lib/')).map(roomOf))
    expect([...found].sort()).to.deep.equal(['index', ...rooms].sort())
  })

  it('have no circle of files, of types neither', () => {
    expect(graph.size).to.be.above(100)
    expect(circles(graph)).to.deep.equal([])
    expect(
      circles(
        new Map([
          ['a', new Set(['b'])],
          ['b', new Set(['a'])],
        ]),
      ),
    ).to.have.lengthOf(2)
  })

  it('have no circle of folders, at any depth', () => {
    expect(circles(grouped(graph, dirname))).to.deep.equal([])
    expect(circles(grouped(graph, roomOf))).to.deep.equal([])
  })

  it('have arrows downward only, at most 60 between at most 18 rooms', () => {
    const arrows = [...grouped(graph, roomOf)].flatMap(([from, to]) =>
      [...to].map((each) => [from, each]),
    )
    const order = ['collector', 'index', ...rooms]
    const upward = arrows.filter(([from = '', to = '']) => order.indexOf(from) > order.indexOf(to))
    expect(upward).to.deep.equal([])
    expect(arrows.length).to.be.within(1, 60)
    expect(order.length).to.be.at.most(18)
  })

  it('are drawn in docs/architecture.md with the arrows that they have', () => {
    const picture = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
    for (const [from, to] of grouped(graph, roomOf)) {
      const line = picture.split('\n').find((each) => new RegExp(`^${from} +->`).test(each))
      const drawn = line?.replace(/^.*-> */, '').split(/ +/) ?? []
      expect(drawn.filter((each) => each !== '').sort(), from).to.deep.equal([...to].sort())
    }
  })
})

describe('the linter', () => {
  const ruleIds = new Set([
    '@typescript-eslint/no-restricted-imports',
    'max-lines',
    'max-lines-per-function',
    'max-params',
    'house/max-class-fields',
  ])
  const eslint = new ESLint({
    cwd: root,
    ruleFilter: ({ ruleId }) => ruleIds.has(ruleId),
    // None of these rules needs types, which take seconds.
    overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  })

  async function broken(filePath: string, text: string): Promise<(string | null)[]> {
    const [result] = await eslint.lintText(text, { filePath: join(root, filePath) })
    return result!.messages.map(({ ruleId }) => ruleId)
  }

  const arrow = '@typescript-eslint/no-restricted-imports'
  const planted = [
    ['lib/outbox/planted.ts', "import '../delivery/delivery.js'"],
    ['lib/outbox/disk/planted.ts', "import type { Delivery } from '../../delivery/delivery.js'"],
    ['lib/spec/planted.ts', "export { Analytics } from '../index.js'"],
    ['lib/runtime/planted.ts', "import '../../packages/collector/lib/index.js'"],
    ['packages/collector/lib/planted.ts', "import '../../../lib/delivery/delivery.js'"],
    ['packages/collector/lib/inspector/parts/planted.tsx', "import 'node:fs'"],
    ['packages/collector/lib/inspector/parts/planted.ts', "import '../../store/store.js'"],
    ['packages/collector/lib/inspector/parts/planted.ts', "import { Api } from '../../api/api.js'"],
    [
      'packages/collector/lib/inspector/parts/planted.ts',
      "import '../../../../../lib/runtime/codes.js'",
    ],
  ] as const
  for (const [file, text] of planted) {
    it(`fails on the arrow: ${file}: ${text}`, async () => {
      expect(await broken(file, text)).to.deep.equal([arrow])
    })
  }

  it('allows an import of the own room, and of a room below', async () => {
    expect(await broken('lib/cli/shared/planted.ts', "import '../backfill/options.js'")).to.be.empty
    expect(await broken('lib/cli/planted.ts', "import '../backfill/index.js'")).to.be.empty
    expect(await broken('packages/collector/lib/planted.ts', "import '../../../lib/spec/merge.js'"))
      .to.be.empty
    const inPage = 'packages/collector/lib/inspector/parts/planted.ts'
    expect(await broken(inPage, "import { h } from 'preact'")).to.be.empty
    expect(await broken(inPage, "import type { Api } from '../../api/api.js'")).to.be.empty
    expect(await broken(inPage, "import '../../../../../lib/spec/filter/filter.js'")).to.be.empty
  })

  it('fails on what is too large', async () => {
    const file = 'lib/spec/planted.ts'
    const fields = (count: number): string =>
      `class A {${Array.from({ length: count }, (_, i) => `a${i} = ${i}`).join(';')}}`
    expect(await broken(file, fields(18))).to.be.empty
    expect(await broken(file, fields(19))).to.deep.equal(['house/max-class-fields'])
    expect(await broken(file, '\n'.repeat(401))).to.deep.equal(['max-lines'])
    expect(await broken(file, `function a() {${'\n'.repeat(60)}}`)).to.deep.equal([
      'max-lines-per-function',
    ])
    expect(await broken(file, 'function a(b, c, d, e, f) {}')).to.deep.equal(['max-params'])
  })
})

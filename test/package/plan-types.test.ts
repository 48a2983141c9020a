// The packed types of a plan: right and wrong uses, in the versions of TypeScript that people have.
import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect } from 'chai'
import { prelude, uses } from '../plan/uses.js'
import { compilers, installed } from './support/installation.js'

const first = prelude.split('\n').length
const text = [prelude, ...uses.map(({ code }) => `{ ${code} }`)].join('\n')
const lines = text.split('\n')

interface Complaint {
  readonly use: number
  /** The text of the line from what is marked on. */
  readonly at: string
  /** All that is printed of it, with what belongs to it. */
  readonly says: string
}

/** What a compiler prints for people, which has more than one line for a machine. */
function complaintsOf(output: string): Complaint[] {
  const plain = stripVTControlCharacters(output)
  const parts = plain
    .split(/^(?=plan\.mts:\d+:\d+ - error )/m)
    .filter((part) => part.startsWith('plan.mts'))
  return parts.map((part) => {
    const [, line = '', column = ''] = /^plan\.mts:(\d+):(\d+)/.exec(part) ?? []
    const at = lines[Number(line) - 1]?.slice(Number(column) - 1) ?? ''
    // Without the line of the program itself, which names the event in any case.
    const says = part.replaceAll(lines[Number(line) - 1] ?? '', '')
    return { use: Number(line) - 1 - first, at, says }
  })
}

describe('the packed types of a plan', () => {
  let folder: string

  before(async () => {
    const { beside } = await installed()
    folder = join(beside.folder, 'plan-uses')
    await mkdir(folder)
    await writeFile(join(folder, 'plan.mts'), text)
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2022', 'dom'],
      module: 'nodenext',
      moduleResolution: 'nodenext',
      types: ['node'],
      strict: true,
      skipLibCheck: true,
      noEmit: true,
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  })

  for (const compiler of Object.keys(compilers)) {
    it(`take the right uses and refuse each wrong one in its place, with ${compiler}`, () => {
      const tsc = join(folder, '../node_modules', compiler, 'bin/tsc')
      const { stdout } = spawnSync(process.execPath, [tsc, '--pretty', '--project', folder], {
        cwd: folder,
        encoding: 'utf8',
      })
      const complaints = complaintsOf(stdout)
      const odd = uses.flatMap(({ code, wrong }, use) => {
        const found = complaints.filter((each) => each.use === use)
        if (!wrong) return found.map(({ says }) => `${code}\n${says}`)
        const [only, ...others] = found
        const isRight =
          compiler === 'typescript-5.0' && wrong.atIn50 !== undefined
            ? only?.at.startsWith(wrong.atIn50) === true
            : only?.at.startsWith(wrong.at) === true &&
              only.says.includes(wrong.says) &&
              others.length === 0
        return isRight ? [] : [`${code}\n${found.map(({ says }) => says).join('\n') || 'compiles'}`]
      })
      expect(odd.join('\n\n')).to.equal('')
      expect(complaints.filter(({ use }) => use < 0)).to.deep.equal([])
      expect(complaints.length).to.be.at.least(uses.filter(({ wrong }) => wrong).length)
    })
  }
})

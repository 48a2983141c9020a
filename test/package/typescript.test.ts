// The same program compiles with Segment's library and with ours, in the versions of TypeScript that people have.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compilers, installed } from './support/installation.js'
import { run } from './support/run.js'

const isExact = [true, false]

/** Folders with the program twice: as it is, and with our library in place of Segment's. */
async function projectsIn(folder: string): Promise<string[]> {
  const program = await readFile(join(folder, 'segment-program.mts'), 'utf8')
  return await Promise.all(
    isExact.map(async (exactOptionalPropertyTypes) => {
      const project = join(folder, `exact-${exactOptionalPropertyTypes}`)
      await mkdir(project)
      await writeFile(join(project, 'segment.mts'), program)
      const ours = program.replace("'@segment/analytics-node'", "'selfsame'")
      await writeFile(join(project, 'selfsame.mts'), ours)
      const compilerOptions = {
        target: 'es2022',
        module: 'nodenext',
        moduleResolution: 'nodenext',
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes,
        // The types of Node 20 want a later TypeScript than 5.0; types.test.ts checks ours.
        skipLibCheck: true,
        noEmit: true,
      }
      await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
      return project
    }),
  )
}

describe('a program for @segment/analytics-node', () => {
  let folder: string
  let projects: string[]

  before(async () => {
    const { beside } = await installed()
    folder = beside.folder
    projects = await projectsIn(folder)
  })

  for (const compiler of Object.keys(compilers)) {
    it(`compiles with selfsame too, with ${compiler}, optional properties exact or not`, async () => {
      const tsc = join(folder, 'node_modules', compiler, 'bin/tsc')
      for (const project of projects)
        await run(process.execPath, [tsc, '--project', project], { cwd: folder })
    })
  }
})

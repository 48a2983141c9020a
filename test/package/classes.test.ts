// One AnalyticsError, however it was loaded: by import or require(), from this entry or that one.
import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installed } from './support/installation.js'
import { run } from './support/run.js'

describe('AnalyticsError in the installed package', () => {
  it('is recognised across ESM and CommonJS, and nothing else is', async () => {
    const results = await print(`
      import { createRequire } from 'node:module'
      import * as esm from 'selfsame'
      const cjs = createRequire(process.cwd() + '/')('selfsame')
      const errorOf = ({ Analytics }) => {
        try {
          new Analytics({ writeKey: 'test', onInvalid: 'throw' }).track({ event: 'No Id' })
        } catch (error) {
          return error
        }
      }
      class EsmError extends esm.AnalyticsError {}
      class CjsError extends cjs.AnalyticsError {}
      const like = { name: 'AnalyticsError', code: 'rejected', messages: [] }
      const values = {
        esm: errorOf(esm), cjs: errorOf(cjs), esmSub: new EsmError('rejected', ''),
        cjsSub: new CjsError('rejected', ''), other: new Error('no'), like, null: null, text: 'text',
      }
      const classes = { esm: esm.AnalyticsError, cjs: cjs.AnalyticsError, EsmError, CjsError }
      const instances = (value) =>
        Object.keys(classes).filter((name) => value instanceof classes[name])
      print({
        areTwo: esm.AnalyticsError !== cjs.AnalyticsError,
        instances: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, instances(value)])),
      })`)
    expect(results).to.deep.equal({
      areTwo: true,
      instances: {
        esm: ['esm', 'cjs'],
        cjs: ['esm', 'cjs'],
        esmSub: ['esm', 'cjs', 'EsmError'],
        cjsSub: ['esm', 'cjs', 'CjsError'],
        other: [],
        like: [],
        null: [],
        text: [],
      },
    })
  })

  for (const [format, extension] of [
    ['ESM', '.js'],
    ['CommonJS', '.cjs'],
  ] as const) {
    it(`exists once in ${format}, for all entries, as does every other class`, async () => {
      const { app, selfsame } = await installed()
      const folder = join(app.folder, 'node_modules/selfsame')
      // The last delivery is a program of its own, and where nobody reads a stack the names are short.
      const unnamed =
        /exit-[\w-]+\.cjs$|chunk-(command|backfill-engine|json-schema|queue|testing)[^/]*$/
      const files = selfsame.files.filter((path) => path.endsWith(extension) && !unnamed.test(path))
      const texts = await Promise.all(files.map((path) => readFile(join(folder, path), 'utf8')))
      const classes = texts.flatMap((text) =>
        [...text.matchAll(/(?:^|[;}])class (\w+)/gm)].map(([, name]) => name),
      )
      expect(classes).to.include('AnalyticsError').and.to.include('Sender')
      expect(classes.filter((name, index) => classes.indexOf(name) !== index)).to.deep.equal([])
    })
  }
})

/** Runs an ES module in the app, and returns what it gave to `print`. */
async function print(program: string): Promise<unknown> {
  const { app } = await installed()
  const printing = `const print = (value) => console.log(JSON.stringify(value))\n${program}`
  const args = ['--input-type=module', '--eval', printing]
  const { stdout } = await run(process.execPath, args, { cwd: app.folder })
  return JSON.parse(stdout)
}

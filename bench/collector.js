// How fast the collector takes messages in: resolved, then with all tables in memory and in a SQLite file, and end to end over HTTP from a
// client of selfsame, beside an Express handler as one would write it by hand.
// npm run bench:collector [-- --messages 1000000 --http 200000]; PostgreSQL: BENCH_POSTGRES_URL, an empty database.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { People } from './people.js'

const SHARE = 10
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000000' },
    http: { type: 'string', default: '200000' },
  },
})
const messages = Number(values.messages)
const overHttp = Number(values.http)
const folder = mkdtempSync(join(tmpdir(), 'selfsame-bench-'))
try {
  console.log(`Node ${process.version}, ${availableParallelism()} x ${cpus()[0].model.trim()}`)
  console.log(`load before: ${loadavg()[0].toFixed(1)}`)
  const built = await bundle()
  await inProcess('resolved, in memory', { built, messages, isResolvedOnly: true })
  await inProcess('taken in, in memory', { built, messages })
  await inProcess('taken in, into a SQLite file', {
    built,
    messages,
    db: join(folder, 'direct.db'),
  })
  await endToEnd('HTTP into a SQLite file', { db: join(folder, 'http.db') })
  if (process.env.BENCH_POSTGRES_URL) {
    await endToEnd('HTTP into PostgreSQL', { db: process.env.BENCH_POSTGRES_URL })
  }
  await endToEnd('HTTP into an Express handler, one table', { express: join(folder, 'express.db') })
} finally {
  rmSync(folder, { recursive: true })
}

/** What the package does not export, as fast as it is in the package. */
async function bundle() {
  const { build } = await import('esbuild')
  const lib = fileURLToPath(new URL('../packages/collector/lib/', import.meta.url))
  const outfile = join(folder, 'take-in.mjs')
  await build({
    stdin: {
      contents: `export { takeIn } from './intake/take-in.ts'
        export { openStore } from './store/open/open-store.ts'
        export { Graph } from './profiles/graph.ts'
        export { rulesFrom } from './profiles/rules.ts'`,
      resolveDir: lib,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    define: { __VERSION__: '"0"' },
    outfile,
    logLevel: 'silent',
  })
  // It is not in a folder from which the packages can be found.
  const beside = fileURLToPath(new URL('.collector-bench.mjs', import.meta.url))
  const { readFileSync } = await import('node:fs')
  writeFileSync(beside, readFileSync(outfile))
  process.on('exit', () => rmSync(beside, { force: true }))
  return beside
}

async function inProcess(title, task) {
  const child = start('in-process', task)
  const [{ rates, peak }] = await once(child, 'message')
  await once(child, 'exit')
  const all = rates.length / rates.reduce((sum, rate) => sum + 1 / rate, 0)
  show(title, { rate: all, first: rates[0], last: rates.at(-1), peak })
}

async function endToEnd(title, server) {
  const child = start('server', server)
  const [{ url }] = await once(child, 'message')
  const { Analytics } = await import('../dist/index.js')
  const analytics = new Analytics({ writeKey: 'bench', host: url })
  let lost = 0
  analytics.on('error', ({ messages: failed }) => (lost += failed.length))
  const people = new People()
  const calls = Array.from({ length: overHttp }, () => people.next())
  const marks = []
  const begin = performance.now()
  for (let i = 0; i < calls.length; i++) {
    const { type, ...fields } = calls[i]
    if (!analytics[type](fields)) await once(analytics, 'drain')
    if ((i + 1) % (overHttp / SHARE) === 0) {
      await analytics.flush()
      marks.push(performance.now())
    }
  }
  const seconds = (performance.now() - begin) / 1000
  await analytics.close()
  child.send('end')
  const [{ peak, kept }] = await once(child, 'message')
  await once(child, 'exit')
  const share = overHttp / SHARE
  show(title, {
    rate: overHttp / seconds,
    first: (share / (marks[0] - begin)) * 1000,
    last: (share / (marks.at(-1) - marks.at(-2))) * 1000,
    peak,
  })
  if (kept !== overHttp || lost > 0) console.log(`  ${kept} of ${overHttp} were kept, ${lost} lost`)
}

function start(role, task) {
  const program = fileURLToPath(new URL('collector-child.js', import.meta.url))
  const child = fork(program, [role], { serialization: 'json' })
  child.send(task)
  child.on('exit', (code) => {
    if (code !== 0) throw new Error(`${role} ended with ${code}`)
  })
  return child
}

function show(title, { rate, first, last, peak }) {
  const per = (value) => Math.round(value).toLocaleString('en').padStart(8)
  console.log(
    `${title.padEnd(42)}${per(rate)} messages/s; first tenth ${per(first)}, last ${per(last)} ` +
      `(${(last / first).toFixed(2)}); at most ${Math.round(peak / 1e6)} MB`,
  )
}

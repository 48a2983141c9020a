// Runs the tests on every Node that we promise, the oldest first. `npm run test:matrix -- --all` leaves nothing out.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('..', import.meta.url))

/** Exact versions, or ranges of which the newest is taken. */
const wanted = ['20.19.0', '20.19', '22', '24', '26']

/** Tests that wait through outages or fill a heap. They run on the first version only, unless --all is given. */
const slow = ['test/faults/**', 'test/memory/**']

/** Run on each version besides mocha's own configuration: it needs a redis-server and PostgreSQL. */
const roundTrip = 'test/queue/round-trip.test.ts'

/** npm packages that are nothing but the node binary of one platform. */
const binaryPackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
const cache = join(tmpdir(), 'selfsame-node-versions')

const everywhere = process.argv.includes('--all')
const versions = [...new Set(wanted.map(newest))]
console.log(`Node ${versions.join(', ')}`)
if (!everywhere) {
  console.log(`On ${versions[0]} everything runs; on the others all but ${slow.join(', ')}.`)
}

const rows = versions.map((version, index) => {
  const row = test(version, everywhere || index === 0 ? [] : slow)
  console.log(`\n${line(row)}`)
  if (row.failures !== '') console.log(row.failures)
  return row
})

console.log(`\n${rows.map(line).join('\n')}`)
const failed = rows.filter(({ ok }) => !ok).length
console.log(`\n${rows.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function newest(range) {
  const answer = npm('view', `${binaryPackage}@${range}`, 'version', '--json')
  const found = JSON.parse(answer)
  return Array.isArray(found) ? found.sort(byVersion).at(-1) : found
}

function byVersion(one, other) {
  return one.localeCompare(other, 'en', { numeric: true })
}

/** The path of a Node of this version, installed when it is not there yet. */
function install(version) {
  const folder = join(cache, version)
  const inPackage = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node'
  const node = join(folder, 'node_modules', binaryPackage, inPackage)
  if (!existsSync(node)) {
    mkdirSync(folder, { recursive: true })
    npm('install', '--prefix', folder, '--no-audit', '--no-fund', `${binaryPackage}@${version}`)
  }
  const actual = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  if (actual !== `v${version}`) throw new Error(`${node} is ${actual}, not v${version}`)
  return node
}

function npm(...args) {
  return execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

/** Runs mocha with its own configuration on a Node of this version, and then the round trip through the queues. */
function test(version, ignored) {
  const node = install(version)
  const all = mocha(
    node,
    version,
    ignored.flatMap((pattern) => ['--ignore', pattern]),
  )
  const queues = mocha(node, version, ['--no-config', '--node-option', 'import=tsx', roundTrip])
  return {
    version,
    ok: all.ok && queues.ok,
    passes: all.passes + queues.passes,
    failed: all.failed + queues.failed,
    seconds: all.seconds + queues.seconds,
    failures: [all.failures, queues.failures].filter(Boolean).join('\n'),
  }
}

function mocha(node, version, args) {
  const report = join(cache, version, 'report.json')
  rmSync(report, { force: true })
  const { status, stdout, stderr } = spawnSync(
    node,
    [
      join(repository, 'node_modules/mocha/bin/mocha.js'),
      ...args,
      ...['--reporter', 'json', '--reporter-option', `output=${report}`],
    ],
    {
      cwd: repository,
      // For tests that start `node` by its name.
      env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` },
      encoding: 'utf8',
      maxBuffer: Infinity,
    },
  )
  if (!existsSync(report)) {
    return { ok: false, passes: 0, failed: 0, seconds: 0, failures: stdout + stderr }
  }
  const { stats, failures } = JSON.parse(readFileSync(report, 'utf8'))
  return {
    ok: status === 0 && stats.failures === 0 && stats.passes > 0,
    passes: stats.passes,
    failed: stats.failures,
    seconds: Math.round(stats.duration / 1000),
    failures: failures.map(({ fullTitle, err }) => `${fullTitle}\n  ${err.stack}`).join('\n'),
  }
}

function line({ version, ok, passes, failed, seconds }) {
  const mark = ok ? 'ok    ' : 'FAILED'
  const of = `${String(passes).padStart(5)} passed ${String(failed).padStart(3)} failed`
  return `${mark} Node ${version.padEnd(8)} ${of} ${String(seconds).padStart(4)} s`
}

// Builds dist/ of every package: ESM and CommonJS of every entry, each with its types.
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import commonjs from '@rollup/plugin-commonjs'
import nodeResolve from '@rollup/plugin-node-resolve'
import dts from 'rollup-plugin-dts'
import { transform } from 'esbuild'
import esbuild from 'rollup-plugin-esbuild'

const pkg = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'))

/** What is imported or required. */
const entries = {
  index: 'lib/index.ts',
  plan: 'lib/plan/index.ts',
  backfill: 'lib/backfill/index.ts',
  express: 'lib/web/express.ts',
  koa: 'lib/web/koa.ts',
  fastify: 'lib/web/fastify.ts',
  fetch: 'lib/web/fetch.ts',
  bullmq: 'lib/queue/bullmq/index.ts',
  'graphile-worker': 'lib/queue/graphile-worker/index.ts',
  testing: 'lib/testing/index.ts',
  'testing-vitest': 'lib/testing/vitest.ts',
  'testing-jest': 'lib/testing/jest.ts',
  'testing-chai': 'lib/testing/chai.ts',
}
/** What the last delivery loads beside its program, if a client has a queue. Of CommonJS alone, like that. */
const exitQueues = {
  'exit-bullmq': 'lib/queue/bullmq/exit-queue.ts',
  'exit-graphile-worker': 'lib/queue/graphile-worker/exit-queue.ts',
}
/** The command is an ES module only: nobody requires it. */
const command = { cli: 'lib/cli/main.ts' }
/** The package `@selfsame/collector`. */
const collector = { index: 'packages/collector/lib/index.ts' }
const collectorCommand = { cli: 'packages/collector/lib/cli/main.ts' }
/** The collector's page, for browsers. */
const page = 'packages/collector/lib/inspector/'

/**
 * The chunks, each with the modules from which it begins: it holds what they import, less what is in a chunk before
 * it. So each class exists once in a format, and a server loads two files: index.js and the client.
 */
const chunks = {
  client: [entries.index],
  web: [entries.express, entries.koa, entries.fastify, entries.fetch],
  'backfill-engine': [entries.backfill],
  queue: ['lib/queue/queue-sink.ts', 'lib/queue/queue-options.ts', 'lib/queue/portable.ts'],
  'queue-worker': ['lib/queue/work/job-runner.ts'],
  // Without the workers, which no server loads that only hands over.
  'queue-bullmq-handover': ['lib/queue/bullmq/bullmq.ts'],
  'queue-graphile-handover': ['lib/queue/graphile-worker/graphile.ts'],
  'queue-bullmq-worker': [entries.bullmq],
  'queue-graphile-worker': [entries['graphile-worker']],
  testing: [
    entries.testing,
    entries['testing-vitest'],
    entries['testing-jest'],
    entries['testing-chai'],
  ],
  // A plan without such a schema need not load the validator.
  'json-schema': ['lib/plan/json-schema.ts'],
  command: [command.cli],
  'command-progress': [
    ...['lib/cli/shared/display.ts', 'lib/cli/shared/interruption.ts'],
    ...['lib/cli/shared/queue-url.ts', 'lib/cli/shared/refuse-flags.ts'],
  ],
  'command-backfill': ['lib/cli/backfill/command.ts'],
  'command-plan': ['lib/cli/plan/command.ts'],
  'command-resend': ['lib/cli/resend/command.ts'],
  'command-dev': ['lib/cli/dev/command.ts'],
  'command-work': ['lib/cli/work/command.ts'],
}
const fileOf = (path) => fileURLToPath(new URL(path, import.meta.url))
const entryFiles = new Set(Object.values({ ...entries, ...command }).map(fileOf))
const chunkFiles = Object.entries(chunks).map(([name, paths]) => [name, paths.map(fileOf)])
// A module that is moved must be moved here, too, or its chunk gets some other name.
for (const file of chunkFiles.flatMap(([, files]) => files)) statSync(file)

function manualChunks(id, { getModuleInfo }) {
  if (entryFiles.has(id)) return undefined
  return chunkFiles.find(([, files]) => importedBy(files, getModuleInfo).has(id))?.[0]
}

function importedBy(roots, getModuleInfo) {
  const found = new Set(roots)
  for (const id of found) {
    // Not every build has every module: the one of CommonJS has no command.
    for (const each of getModuleInfo(id)?.importedIds ?? []) found.add(each)
  }
  return found
}

// p-retry (with its one dependency) is ESM only: bundled, so that require('selfsame') and Jest work as they are.
// The others are CommonJS, of which the first that an ES module imports costs tens of milliseconds (docs/performance.md).
const bundled = new Set([
  'p-retry',
  'is-network-error',
  'safe-stable-stringify',
  'cookie',
  'lodash-es/mergeWith.js',
  // Of the command and the sources of a backfill: a server that uses neither need not install them.
  'commander',
  'lossless-json',
  // Of plans: `jsonSchema()`.
  '@cfworker/json-schema',
])
const external = (id) =>
  id.startsWith('node:') ||
  (/^[a-z@]/i.test(id) && !bundled.has(id) && !/^(lib|packages)\//.test(id))

/** The bundled packages are nobody's to read here. */
const minified = {
  name: 'minified',
  async transform(code, id) {
    if (!id.includes('/node_modules/')) return null
    const options = { minify: true, legalComments: 'none', target: 'node20' }
    return { code: (await transform(code, options)).code, map: null }
  },
}

const code = () => [
  nodeResolve({ exportConditions: ['node'], extensions: ['.ts', '.js'] }),
  commonjs({ include: /node_modules/ }),
  esbuild({
    target: 'node20',
    define: { __VERSION__: JSON.stringify(pkg.version) },
    // The bundled packages too: their comments would be a tenth of the tarball.
    exclude: [],
  }),
  minified,
]

const names = (extension) => ({
  entryFileNames: `[name].${extension}`,
  chunkFileNames: `chunk-[name].${extension}`,
})

/**
 * Takes out white space and comments, which would be a tenth of the package. Names stay, so a stack says where
 * something happened. Those of the command, of backfills, of queues and of the last delivery go, whose errors are
 * shown without a stack, those of the validator of JSON Schema, which is not ours, and those of `selfsame/testing`,
 * whose errors point to a line of the test.
 */
const compact = {
  name: 'compact',
  async renderChunk(code, { name }) {
    const { code: small } = await transform(code, {
      minifyWhitespace: true,
      minifySyntax: true,
      minifyIdentifiers: /^(command|backfill-engine|json-schema|exit-|queue|testing$)/.test(name),
      legalComments: 'none',
      target: 'node20',
    })
    return { code: small, map: null }
  },
}

/** The types of a chunk stand once, in its CommonJS half: an ES module may import from that, but not the other way round. */
const typesOnce = {
  name: 'types-once',
  renderChunk: (_code, { isEntry, fileName }) =>
    isEntry
      ? null
      : { code: `export * from './${fileName.replace(/\.d\.ts$/, '.cjs')}';\n`, map: null },
}

/** The files of the page that are no code: as they are, and the style sheets as one, in the order of their names. */
const pageFiles = {
  name: 'page-files',
  async generateBundle() {
    for (const name of ['index.html', 'icon.svg']) {
      this.emitFile({ type: 'asset', fileName: name, source: readFileSync(page + name) })
    }
    const names = readdirSync(`${page}styles`).sort()
    const sheets = names.map((name) => readFileSync(`${page}styles/${name}`, 'utf8')).join('\n')
    const { code } = await transform(sheets, { loader: 'css', minify: true })
    this.emitFile({ type: 'asset', fileName: 'page.css', source: code })
  },
}

// A dynamic import() fails in Jest's CommonJS sandbox; require() does not, and is as lazy.
const commonJs = {
  dir: 'dist',
  format: 'cjs',
  dynamicImportInCjs: false,
  hoistTransitiveImports: false,
  plugins: [compact],
}
const esModules = { dir: 'dist', format: 'es', hoistTransitiveImports: false, plugins: [compact] }

// What an earlier build left would be packed with this one.
for (const dir of ['dist', 'packages/collector/dist']) rmSync(dir, { recursive: true, force: true })

export default [
  {
    input: { ...entries, ...command },
    // What is shared goes into chunks, not into an entry: to import cli.js is to run it.
    preserveEntrySignatures: 'strict',
    external,
    plugins: code(),
    output: {
      ...esModules,
      ...names('js'),
      manualChunks,
      banner: ({ name }) => (name === 'cli' ? '#!/usr/bin/env node' : ''),
    },
  },
  {
    input: { ...entries, ...exitQueues },
    external,
    plugins: code(),
    output: { ...commonJs, ...names('cjs'), manualChunks },
  },
  {
    // The program of the last delivery, run by `node FILE` in a child process: one CommonJS file for both builds.
    input: { 'exit-child': 'lib/exit/child.ts' },
    external,
    plugins: code(),
    output: { ...commonJs, ...names('cjs') },
  },
  {
    input: entries,
    external,
    plugins: [dts()],
    output: [
      { dir: 'dist', format: 'es', ...names('d.ts'), manualChunks, plugins: [typesOnce] },
      { dir: 'dist', format: 'es', ...names('d.cts'), manualChunks },
    ],
  },
  {
    input: { ...collector, ...collectorCommand },
    preserveEntrySignatures: 'strict',
    external,
    plugins: code(),
    output: {
      ...esModules,
      dir: 'packages/collector/dist',
      ...names('js'),
      banner: ({ name }) => (name === 'cli' ? '#!/usr/bin/env node' : ''),
    },
  },
  {
    input: collector,
    external,
    plugins: code(),
    output: { ...commonJs, dir: 'packages/collector/dist', ...names('cjs') },
  },
  {
    input: { page: `${page}main.tsx` },
    plugins: [
      nodeResolve({ browser: true, extensions: ['.ts', '.tsx', '.js'] }),
      esbuild({
        target: 'es2022',
        jsx: 'automatic',
        jsxImportSource: 'preact',
        minify: true,
        legalComments: 'none',
        exclude: [],
      }),
      pageFiles,
    ],
    output: { dir: 'packages/collector/dist/page', format: 'es', ...names('js') },
  },
  {
    input: collector,
    external,
    plugins: [dts()],
    output: [
      { dir: 'packages/collector/dist', format: 'es', ...names('d.ts') },
      { dir: 'packages/collector/dist', format: 'es', ...names('d.cts') },
    ],
  },
]

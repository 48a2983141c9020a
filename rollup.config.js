// Builds dist/ of every package: ESM and CommonJS of every entry, each with its types.
import { readFileSync, rmSync } from 'node:fs'
import commonjs from '@rollup/plugin-commonjs'
import nodeResolve from '@rollup/plugin-node-resolve'
import dts from 'rollup-plugin-dts'
import esbuild from 'rollup-plugin-esbuild'

const pkg = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'))

const entries = {
  index: 'lib/index.ts',
  express: 'lib/web/express.ts',
  koa: 'lib/web/koa.ts',
  fastify: 'lib/web/fastify.ts',
  fetch: 'lib/web/fetch.ts',
}

/** Built apart: to share their chunks, a server's import would load five files in the place of two. */
const scripts = { backfill: 'lib/backfill/index.ts' }
/** The command is an ES module only: nobody requires it. */
const command = { cli: 'lib/cli/main.ts' }
/** The package `@selfsame/collector`. */
const collector = { index: 'packages/collector/lib/index.ts' }

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
])
const external = (id) =>
  id.startsWith('node:') ||
  (/^[a-z@]/i.test(id) && !bundled.has(id) && !/^(lib|packages)\//.test(id))

const code = () => [
  nodeResolve({ exportConditions: ['node'], extensions: ['.ts', '.js'] }),
  commonjs({ include: /node_modules/ }),
  esbuild({ target: 'node20', define: { __VERSION__: JSON.stringify(pkg.version) } }),
]

const names = (extension, chunk = 'chunk') => ({
  entryFileNames: `[name].${extension}`,
  chunkFileNames: `${chunk}-[name].${extension}`,
})

// A dynamic import() fails in Jest's CommonJS sandbox; require() does not, and is as lazy.
const commonJs = { dir: 'dist', format: 'cjs', dynamicImportInCjs: false }
const esModules = { dir: 'dist', format: 'es' }

// What an earlier build left would be packed with this one.
for (const dir of ['dist', 'packages/collector/dist']) rmSync(dir, { recursive: true, force: true })

export default [
  {
    input: entries,
    external,
    plugins: code(),
    output: [
      { ...esModules, ...names('js') },
      { ...commonJs, ...names('cjs') },
    ],
  },
  {
    input: { ...scripts, ...command },
    // What is shared goes into chunks, not into an entry: to import cli.js is to run it.
    preserveEntrySignatures: 'strict',
    external,
    plugins: code(),
    output: {
      ...esModules,
      banner: ({ name }) => (name === 'cli' ? '#!/usr/bin/env node' : ''),
      ...names('js', 'script'),
    },
  },
  {
    input: scripts,
    external,
    plugins: code(),
    output: { ...commonJs, ...names('cjs', 'script') },
  },
  {
    // The program of the last delivery, run by `node FILE` in a child process: one CommonJS file for both builds.
    input: { 'last-delivery-child': 'lib/delivery/last-delivery-child.ts' },
    external,
    plugins: code(),
    output: { dir: 'dist', format: 'cjs', dynamicImportInCjs: false, ...names('cjs') },
  },
  {
    input: { ...entries, ...scripts },
    external,
    plugins: [dts()],
    output: [
      { dir: 'dist', format: 'es', ...names('d.ts') },
      { dir: 'dist', format: 'es', ...names('d.cts') },
    ],
  },
  {
    input: collector,
    external,
    plugins: code(),
    output: [
      { ...esModules, dir: 'packages/collector/dist', ...names('js') },
      { ...commonJs, dir: 'packages/collector/dist', ...names('cjs') },
    ],
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

// Builds dist/: ESM and CommonJS of every entry, each with its types.
import { readFileSync } from 'node:fs'
import commonjs from '@rollup/plugin-commonjs'
import nodeResolve from '@rollup/plugin-node-resolve'
import dts from 'rollup-plugin-dts'
import esbuild from 'rollup-plugin-esbuild'

const pkg = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'))

const entries = {
  index: 'lib/index.ts',
  backfill: 'lib/backfill/index.ts',
  collector: 'lib/collector/index.ts',
  express: 'lib/web/express.ts',
  koa: 'lib/web/koa.ts',
  fastify: 'lib/web/fastify.ts',
  fetch: 'lib/web/fetch.ts',
}

// p-retry (with its one dependency) is ESM only: bundled, so that require('selfsame') and Jest work as they are.
// The others are CommonJS, of which the first that an ES module imports costs tens of milliseconds (docs/performance.md).
const bundled = new Set(['p-retry', 'is-network-error', 'safe-stable-stringify', 'cookie'])
const external = (id) =>
  id.startsWith('node:') || (/^[a-z@]/i.test(id) && !bundled.has(id) && !id.startsWith('lib/'))

const code = () => [
  nodeResolve({ exportConditions: ['node'], extensions: ['.ts', '.js'] }),
  commonjs({ include: /node_modules/ }),
  esbuild({ target: 'node20', define: { __VERSION__: JSON.stringify(pkg.version) } }),
]

const names = (extension) => ({
  entryFileNames: `[name].${extension}`,
  chunkFileNames: `chunk-[name].${extension}`,
})

export default [
  {
    input: entries,
    external,
    plugins: code(),
    output: [
      { dir: 'dist', format: 'es', sourcemap: true, ...names('js') },
      // A dynamic import() fails in Jest's CommonJS sandbox; require() does not, and is as lazy.
      {
        dir: 'dist',
        format: 'cjs',
        sourcemap: true,
        dynamicImportInCjs: false,
        ...names('cjs'),
      },
    ],
  },
  {
    // The program of the last delivery, run by `node FILE` in a child process: one CommonJS file for both builds.
    input: { 'last-delivery-child': 'lib/delivery/last-delivery-child.ts' },
    external,
    plugins: code(),
    output: { dir: 'dist', format: 'cjs', dynamicImportInCjs: false, ...names('cjs') },
  },
  {
    input: entries,
    external,
    plugins: [dts()],
    output: [
      { dir: 'dist', format: 'es', ...names('d.ts') },
      { dir: 'dist', format: 'es', ...names('d.cts') },
    ],
  },
]

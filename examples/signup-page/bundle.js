// Makes of browser.js, with the packages it imports, the one script that the pages load.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** @returns {Promise<string>} */
export async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('browser.js', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    logLevel: 'error',
  })
  return outputFiles[0].text
}

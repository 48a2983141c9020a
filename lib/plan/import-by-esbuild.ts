// Imports a TypeScript module by the esbuild of the user's project.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

interface Esbuild {
  build: (options: object) => Promise<{ outputFiles: readonly { contents: Uint8Array }[] }>
}

/** What a bundle of ES modules needs to require what is CommonJS. */
const banner =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);"

/**
 * The file is bundled with all that it imports: a copy elsewhere would not find its packages.
 *
 * @param esbuild the URL of its module
 */
export async function importByEsbuild(esbuild: string, file: string): Promise<unknown> {
  const loaded = (await import(esbuild)) as Esbuild & { default?: Esbuild }
  const { build } = loaded.default ?? loaded
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: `node${process.versions.node}`,
    logLevel: 'silent',
    banner: { js: banner },
  })
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-plan-'))
  try {
    const copy = join(folder, 'plan.mjs')
    await writeFile(copy, outputFiles[0]?.contents ?? '')
    return await import(pathToFileURL(copy).href)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

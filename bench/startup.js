// What importing selfsame adds to the start of a process: beside an empty program, run by run in turn.

import { spawnSync } from 'node:child_process'
import { path } from './children.js'
import { median } from './numbers.js'

export function startup({ runs, tell }) {
  tell(`startup, ${runs} runs`)
  return { esm: difference('mjs', runs), cjs: difference('cjs', runs) }
}

function difference(extension, runs) {
  const bare = path(`./startup/bare.${extension}`)
  const importing = path(`./startup/selfsame.${extension}`)
  for (const file of [bare, importing]) run(file)
  const pairs = Array.from({ length: runs }, () => [run(bare), run(importing)])
  return {
    bare: median(pairs.map(([before]) => before)),
    difference: median(pairs.map(([before, after]) => after - before)),
  }
}

/** Milliseconds from before the process was started until it has ended. */
function run(file) {
  const before = performance.now()
  const { status, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' })
  const took = performance.now() - before
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${stderr}`)
  return took
}

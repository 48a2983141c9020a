// Child processes: the sink, and whatever is measured in a process of its own.

import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)

// As on a server: production, and no proxy between the contestants and the sink.
const env = { ...process.env, NODE_ENV: 'production' }
for (const key of Object.keys(env)) if (/^(https?|all)_proxy$/i.test(key)) delete env[key]

export const path = (file) => fileURLToPath(new URL(file, import.meta.url))

/** Runs a program of ours and reads the JSON that it writes. */
export async function measure(file, ...args) {
  const { stdout, stderr } = await execute(process.execPath, [path(file), ...args.map(String)], {
    env,
    timeout: 900_000,
  })
  return { ...JSON.parse(stdout), complaints: stderr.trim() }
}

/** Starts the sink. `account()` counts what has arrived since it was last asked. */
export async function startSink() {
  const child = fork(path('./sink.js'), { env })
  const [url] = await once(child, 'message')
  return {
    url,
    async account() {
      const response = await fetch(url)
      return response.json()
    },
    stop: () => child.kill(),
  }
}

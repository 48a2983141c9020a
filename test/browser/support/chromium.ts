// The one Chromium of a run: started before the first test, closed after the last. Every visitor has a profile in it.
import { existsSync } from 'node:fs'
import type { RootHookObject } from 'mocha'
import { chromium, type Browser } from 'playwright-core'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** The hosts of the tests are this machine, and there are no others: no test can reach the network. */
const hosts = ['*.test', '*.co.uk', '*.github.io'].map((name) => `MAP ${name} 127.0.0.1`)
const resolverRules = [...hosts, 'MAP * ~NOTFOUND', 'EXCLUDE localhost', 'EXCLUDE 127.0.0.1']

let running: Browser | undefined

export function browser(): Browser {
  if (!running) throw new Error('Chromium is not running: use test/browser/.mocharc.json')
  return running
}

export const mochaHooks: RootHookObject = {
  async beforeAll() {
    if (!existsSync(executablePath)) {
      throw new Error(
        `There is no Chromium at ${executablePath}. Install it with: apt-get install chromium (or say in CHROMIUM where it is)`,
      )
    }
    running = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        `--host-resolver-rules=${resolverRules.join(', ')}`,
      ],
    })
  },
  async afterAll() {
    await running?.close()
  },
}

// A folder that a plan can be loaded from: it has the package and zod installed.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withCommand, type Setup } from './command.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Project extends Setup {
  readonly write: (name: string, content: string | readonly object[]) => void
  readonly read: (name: string) => string
  /** Makes a package of this repository one of the project. */
  readonly install: (name: string) => void
}

/** Objects are written as NDJSON. */
export function withProject(test: (project: Project) => Promise<void>): Promise<void> {
  return withCommand(async (setup) => {
    const { at } = setup
    const install = (name: string): void => {
      mkdirSync(dirname(at(`node_modules/${name}`)), { recursive: true })
      symlinkSync(
        name === 'selfsame' ? root : join(root, 'node_modules', name),
        at(`node_modules/${name}`),
      )
    }
    install('selfsame')
    install('zod')
    await test({
      ...setup,
      install,
      write: (name, content) => {
        mkdirSync(dirname(at(name)), { recursive: true })
        const text =
          typeof content === 'string'
            ? content
            : content.map((each) => `${JSON.stringify(each)}\n`).join('')
        writeFileSync(at(name), text)
      },
      read: (name) => readFileSync(at(name), 'utf8'),
    })
  })
}

/** A valid track message. */
export const track = (event: string, properties: object, messageId = 'm'): object => ({
  type: 'track',
  userId: 'u1',
  messageId,
  event,
  properties,
})

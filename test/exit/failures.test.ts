// What fails in the last turn of a process is told like everything else, and telling it harms nothing.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { run } from '../support/programs.js'

const program = new URL('./programs/fails.js', import.meta.url)
const nowhere = 'http://127.0.0.1:1'

describe('a call that fails in the turn in which the process ends', () => {
  it('is reported to its callback and to listeners', async () => {
    const { code, stdout } = await run(program, [nowhere, 'listener'])
    expect(code).to.equal(3)
    expect(stdout.split('\n')).to.deep.equal([
      'callback: invalid_message',
      'invalid_message',
      'exit listener of the app: 3',
      '',
    ])
  })

  for (const pending of [[], ['pending']]) {
    it(`is reported on standard error, without a listener${pending.length > 0 ? ', beside what was pending' : ''}`, async () => {
      const { code, stderr } = await run(program, [nowhere, ...pending])
      expect(code).to.equal(3)
      expect(stderr.match(/^selfsame: invalid_message: /gm)).to.have.lengthOf(1)
      expect(stderr.match(/^selfsame: 1 message was not/gm) ?? []).to.have.lengthOf(pending.length)
      expect(stderr).not.to.match(/secret|neither id/)
    })
  }
})

describe('a standard error that is no longer read', () => {
  it('keeps no exit listener of the app’s from running', async () => {
    const child = spawn(process.execPath, [fileURLToPath(program), nowhere, 'pending', 'later'])
    child.stderr.destroy()
    await once(child.stderr, 'close')
    let stdout = ''
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
    child.stdin.end()
    const [code] = (await once(child, 'close')) as [number]
    expect(code).to.equal(3)
    expect(stdout).to.include('exit listener of the app: 3')
  })
})

// examples/backfill, run as a reader runs it.
import { expect } from 'chai'
import { run } from '../support/programs.js'

describe('examples/backfill', () => {
  it('is interrupted, resumes, sends each of its users once, and ends by itself', async () => {
    const program = new URL('../../examples/backfill/main.js', import.meta.url)
    const { code, stdout, stderr } = await run(program, [])
    expect(stderr).to.equal('')
    expect(code, stdout).to.equal(0)
    expect(stdout).to.include('completed: false')
    expect(stdout).to.match(/went on behind row [1-9]/)
    expect(stdout).to.include('9988 delivered of 10000 rows, 12 rejected')
    expect(stdout).to.include('the collector holds 9988 messages')
  })

  it('makes its users again with people.js', async () => {
    const { stdout } = await run(new URL('../../examples/backfill/people.js', import.meta.url), [])
    expect(stdout.trimEnd().split('\n')).to.have.lengthOf(10_001)
  })
}).timeout(30_000)

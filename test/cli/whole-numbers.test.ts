// Options that count something: nothing, a part of one, and words are refused before anything is sent.

import { expect } from 'chai'
import { writeFileSync } from 'node:fs'
import { withCommand } from './command.js'

const backfill = ['backfill', 'users.csv', '--user-id', 'id', '--timestamp-now']
const resend = ['resend', 'dead.ndjson']

describe('an option that is a whole number of at least 1', () => {
  for (const [command, option] of [
    [backfill, '--limit'],
    [backfill, '--max-in-flight'],
    [resend, '--from-line'],
    [resend, '--max-message-bytes'],
  ] as const) {
    it(`is checked: ${command[0]} ${option}`, () =>
      withCommand(async ({ run, at, collector }) => {
        writeFileSync(at('users.csv'), 'id\n1\n')
        writeFileSync(at('dead.ndjson'), '')
        for (const value of ['0', '1.5', 'many']) {
          const { code, stderr } = await run([...command, option, value])
          expect(code, value).to.equal(2)
          expect(stderr).to.include(option)
        }
        expect(collector.requests).to.deep.equal([])
      })).timeout(60_000)
  }
})

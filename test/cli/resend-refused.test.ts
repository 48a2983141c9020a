// A server that takes nothing from us stops `selfsame resend`: no message fails for it.

import { expect } from 'chai'
import { existsSync, writeFileSync } from 'node:fs'
import { withCommand } from './command.js'

const letterOf = (number: number): object => ({
  at: '2020-01-01T00:00:00.000Z',
  code: 'rejected',
  reason: 'the server answered 400',
  message: {
    type: 'track',
    userId: 'u',
    event: 'E',
    messageId: `m${number}`,
    timestamp: '2020-01-01T00:00:00.000Z',
  },
})

describe('selfsame resend', () => {
  for (const status of [401, 403, 404]) {
    it(`stops if the server answers ${status}, and can be run again`, () =>
      withCommand(async ({ run, at, collector }) => {
        const lines = [1, 2, 3].map((number) => `${JSON.stringify(letterOf(number))}\n`)
        writeFileSync(at('dead.ndjson'), lines.join(''))
        collector.misbehave(() => ({ status }))
        const refused = await run(['resend', 'dead.ndjson', '--json'])
        expect(refused.code).to.equal(1)
        expect(refused.stderr).to.include(String(status))
        expect(JSON.parse(refused.stdout)).to.include({ failed: 0, pending: 3, fromLine: 1 })
        expect(existsSync(at('dead.ndjson.failed'))).to.equal(false)

        collector.behave()
        expect((await run(['resend', 'dead.ndjson'])).code).to.equal(0)
        expect(collector.accepted).to.equal(3)
      })).timeout(60_000)
  }
})

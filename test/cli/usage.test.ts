// The command line: what is wrong with it is said in a line, and nothing secret is.

import { expect } from 'chai'
import { writeFileSync } from 'node:fs'
import { optionTable } from '../../lib/backfill/option-table.js'
import { flagOf } from '../../lib/cli/shared/engine-option.js'
import { secret, withCommand, type Outcome } from './command.js'

/** One line on standard error, and the exit code of wrong usage. */
function expectUsage({ code, stdout, stderr }: Outcome, text: string): void {
  expect(stderr).to.include(text)
  expect(stderr).to.match(/^selfsame: [^\n]*(\n\(Did you mean [^\n]*)?\n$/)
  expect(stdout).to.equal('')
  expect(code).to.equal(2)
}

describe('selfsame', () => {
  it('has help and a version', () =>
    withCommand(async ({ run }) => {
      for (const args of [
        ['--help'],
        ['help'],
        ['backfill', '--help'],
        ['resend', '-h'],
        ['dev', '-h'],
      ]) {
        const { code, stdout, stderr } = await run(args)
        expect(stdout).to.include('Usage: selfsame').and.to.include('Examples:\n  selfsame ')
        expect(stdout).to.include('Exit codes: 0 done')
        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
      }
      expect((await run(['--version'])).stdout).to.match(/^\d+\.\d+\.\d+\n$/)
    })).timeout(60_000)

  it("has every option of the engine's table, with its default", () =>
    withCommand(async ({ run }) => {
      const { stdout } = await run(['backfill', '--help'])
      const help = stdout.replace(/\s+/g, ' ')
      for (const [name, entry] of Object.entries(optionTable)) {
        const [, text = ''] = new RegExp(` ${flagOf(name)} (.*?)(?= --|$)`).exec(help) ?? []
        expect(text, name).not.to.equal('')
        const standard = entry.is === 'choice' ? entry.of[0] : entry.default
        const isShown = entry.is !== 'switch' && standard !== Infinity
        if (isShown) expect(text).to.include(`(default: ${standard})`)
      }
    })).timeout(60_000)

  it('says what is wrong with a command line', () =>
    withCommand(async ({ run, at }) => {
      writeFileSync(at('a.csv'), 'id,at\n1,2020-01-01\n')
      const map = ['--user-id', 'id', '--timestamp', 'at']
      for (const [args, text] of [
        [[], 'give a command'],
        [['refill'], "unknown command 'refill'"],
        [['resend'], "missing required argument 'file'"],
        [['resend', 'a', 'b'], 'too many arguments'],
        [['resend', 'a.csv', '--code', 'refused'], 'option --code is "refused"; allowed: '],
        [['resend', 'none.ndjson'], 'none.ndjson does not exist'],
        [['resend', 'a.csv', '--rejects', 'a.csv'], 'option --rejects is the file that is read'],
        [['backfill'], 'give a file'],
        [['backfill', 'none.csv', ...map], 'none.csv does not exist'],
        [['backfill', 'a.csv'], 'there is no mapping from rows to calls'],
        [['backfill', 'a.csv', '--user-id', 'id'], 'no column is the time'],
        [['backfill', 'a.csv', '--timestamp', 'at', '--trait', 'x'], 'no column is the user'],
        [['backfill', 'a.csv', ...map, '--rate', 'fast'], '--rate'],
        [['backfill', 'a.csv', ...map, '--type', 'tracks'], 'Allowed choices are identify'],
        [
          ['backfill', 'a.csv', ...map, '--event', 'x'],
          '--event and --event-column are for --type track',
        ],
        [['backfill', 'a.csv', ...map, '--trait', 'a:int=b'], 'the type :int is not known'],
        [['backfill', 'a.csv', ...map, '--trait', 'a.__proto__=b'], 'is not understood'],
        [['backfill', 'a.csv', ...map, '--map', 'm.mjs'], 'not both'],
        [['backfill', 'a.csv', '--map', 'm.mjs'], 'the mapping m.mjs cannot be read: ENOENT'],
        [['backfill', 'a.csv', ...map, '--integrations', '{'], '--integrations is neither JSON'],
        [['backfill', 'a.csv', ...map, '--max-rejects', 'x'], 'option maxRejects is "x"'],
        [['backfill', 'a.csv', ...map, '--host', 'ftp://x'], 'option host is "ftp://x"'],
        [['backfill', 'a.csv', ...map, '--encoding', 'x'], 'option encoding is "x"'],
        [
          ['backfill', 'a.csv', ...map.slice(2), '--user-id', 'ID'],
          'there is no column "ID". Did you mean "id"?',
        ],
        [['backfill', '--from', 'postgres://h/d'], 'a database needs --query'],
        [['backfill', '--query', 'select 1'], 'a query needs a database'],
        [['backfill', 'a.csv', '--from', 'x', '--query', 'x'], 'give a file or --from, not both'],
      ] as const) {
        expectUsage(await run(args), text)
      }
    })).timeout(60_000)

  it('takes no write key on the command line, and never shows one', () =>
    withCommand(async ({ run, at }) => {
      writeFileSync(at('a.csv'), 'id\n1\n')
      writeFileSync(at('two words'), `${secret} ${secret}`)
      writeFileSync(at('empty'), '\n')
      for (const [args, text] of [
        [['--write-key', secret], 'a write key on the command line'],
        [[`--write-key=${secret}`], 'a write key on the command line'],
        [[`--writeKey=${secret}`], 'a write key on the command line'],
        [[`--writes-key=${secret}`], "unknown option '--writes-key'"],
        [[`-k${secret}`], "unknown option '-k'"],
        [['b.csv', secret], 'too many arguments'],
        [['--write-key-env', secret], 'takes the name of an environment variable'],
        [['--write-key-env', 'NOT_THERE'], 'which --write-key-env names is not set'],
        [['--write-key-file', 'none'], 'cannot be read: ENOENT'],
        [['--write-key-file', 'empty'], 'is empty'],
        [['--write-key-file', 'two words'], 'has more than one word'],
      ] as const) {
        const outcome = await run([
          'backfill',
          'a.csv',
          '--user-id',
          'id',
          '--timestamp-now',
          ...args,
        ])
        expectUsage(outcome, text)
        expect(outcome.stderr).not.to.include(secret)
      }
    })).timeout(60_000)

  it('takes no password of a database on the command line', () =>
    withCommand(async ({ run }) => {
      for (const url of ['postgres://u:hush@h/d', 'postgres://h/d?password=hush']) {
        const outcome = await run(['backfill', '--from', url, '--query', 'select 1'])
        expectUsage(outcome, 'a password on the command line')
        expect(outcome.stderr).not.to.include('hush')
      }
      const env = { DATABASE_URL: 'mysql://u:hush@h/d' }
      const args = ['backfill', '--from-env', 'DATABASE_URL', '--query', 'select 1']
      const outcome = await run(args, { env })
      expectUsage(outcome, 'option --from or --from-env is not a URL')
      expect(outcome.stderr).not.to.include('hush')
    })).timeout(60_000)

  it('takes the key from a variable or a file', () =>
    withCommand(async ({ run, at, collector }) => {
      writeFileSync(at('a.csv'), 'id\n1\n')
      writeFileSync(at('key'), `${secret}\n`)
      const args = ['backfill', 'a.csv', '--user-id', 'id', '--timestamp-now', '--no-checkpoint']
      const env = { SEGMENT_WRITE_KEY: undefined, OTHER: secret, WRONG: 'wrong-key' }
      expect((await run([...args, '--write-key-env', 'OTHER'], { env })).code).to.equal(0)
      expect((await run([...args, '--write-key-file', 'key'], { env })).code).to.equal(0)
      expect((await run(args, { env })).code).to.equal(2)
      expect(collector.requests.map(({ status }) => status)).to.deep.equal([200, 200])
      const { code, stderr } = await run([...args, '--write-key-env', 'WRONG'], { env })
      expect(stderr).to.include('the server answered 401').and.not.to.include('wrong-key')
      expect(code).to.equal(1)
    })).timeout(60_000)

  it('says why a mapping cannot be loaded, even in a dry run', () =>
    withCommand(async ({ run, at }) => {
      writeFileSync(at('a.csv'), 'id\n1\n')
      writeFileSync(at('throws.mjs'), `throw new Error('boom')`)
      writeFileSync(at('nothing.mjs'), 'export const value = 1')
      writeFileSync(at('waits.mjs'), 'await new Promise(() => {})')
      const args = (file: string): string[] => ['backfill', 'a.csv', '--map', file]
      expectUsage(await run(args('throws.mjs')), 'throws.mjs cannot be loaded: boom')
      expectUsage(await run(args('nothing.mjs')), 'nothing.mjs exports no function')
      const { code, stderr } = await run(args('waits.mjs'))
      expect(stderr).to.equal('selfsame: ended before it was done: what it waited for never came\n')
      expect(code).to.equal(1)
    })).timeout(60_000)

  it('shows no stack, but with DEBUG', () =>
    withCommand(async ({ run }) => {
      const args = ['backfill', 'none.csv', '--user-id', 'id', '--timestamp-now']
      expect((await run(args)).stderr).not.to.include('    at ')
      expect((await run(args, { env: { DEBUG: '1' } })).stderr).to.include('    at ')
    })).timeout(60_000)
})

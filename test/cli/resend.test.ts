// `selfsame resend`: dead letters arrive as they were, in order, and what fails again is kept.

import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { Analytics } from '../../lib/index.js'
import { withCommand } from './command.js'

interface Letter {
  code?: string
  message?: unknown
  [key: string]: unknown
}

const at = '2020-01-01T00:00:00.000Z'

/** A message as the library writes it; its fields are in an order that no other library would choose. */
const message = (number: number): Record<string, unknown> => ({
  type: 'track',
  userId: `u${number}`,
  event: `event ${number}`,
  properties: { nested: { é: [1, null, '😀'] }, number },
  messageId: `m${number}`,
  timestamp: '2014-02-03T04:05:06.789Z',
  context: { library: { name: 'other', version: '0.0.1' } },
})

const letter = (number: number, code = 'rejected'): Letter => ({
  at,
  code,
  reason: 'the server answered 400',
  status: 400,
  message: message(number),
})

const lines = (letters: readonly unknown[]): string =>
  letters.map((each) => `${typeof each === 'string' ? each : JSON.stringify(each)}\n`).join('')

const numbers = (count: number): number[] => [...Array(count).keys()]

const readLines = (path: string): Letter[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Letter)

describe('selfsame resend', () => {
  it('sends again what a client has written as dead letters', () =>
    withCommand(async ({ run, at, collector }) => {
      const deadLetter = at('dead.ndjson')
      const analytics = new Analytics({ writeKey: 'KEY', host: collector.url, deadLetter })
      analytics.on('error', () => undefined)
      collector.misbehave({ status: 401 })
      analytics.track({ userId: 'u', event: 'A', messageId: 'm1', properties: { n: 1 } })
      const timestamp = new Date('2020-01-01')
      analytics.identify({ userId: 'u', traits: { name: 'Zoë' }, messageId: 'm2', timestamp })
      await analytics.close()
      collector.behave()
      const { code, stdout, stderr } = await run(['resend', 'dead.ndjson', '--json'])
      expect(code, stderr).to.equal(0)
      expect(JSON.parse(stdout)).to.include({ messages: 2, delivered: 2, failed: 0 })
      const [track, identify] = collector.messages
      expect(track).to.deep.include({ messageId: 'm1', event: 'A', properties: { n: 1 } })
      expect(identify).to.deep.include({ messageId: 'm2', traits: { name: 'Zoë' } })
      expect(identify?.originalTimestamp).to.equal('2020-01-01T00:00:00.000Z')
    }))

  it('sends every message as it was, in order, and leaves the file alone', () =>
    withCommand(async ({ run, at: path, collector }) => {
      const content = lines(numbers(5_000).map((number) => letter(number)))
      writeFileSync(path('dead.ndjson'), content)
      const { code, stdout } = await run(['resend', 'dead.ndjson', '--rate', '0'])
      expect(stdout).to.include('5,000 of 5,000 messages delivered')
      expect(code).to.equal(0)
      expect(collector.messages.map(({ messageId }) => messageId)).to.deep.equal(
        numbers(5_000).map((number) => `m${number}`),
      )
      const { originalTimestamp, context, properties } = collector.messages[7] ?? {}
      expect({ originalTimestamp, context, properties }).to.deep.equal({
        originalTimestamp: message(7).timestamp,
        context: message(7).context,
        properties: message(7).properties,
      })
      expect(readFileSync(path('dead.ndjson'), 'utf8')).to.equal(content)
    })).timeout(60_000)

  it('sends twice what the destination then stores once', () =>
    withCommand(async ({ run, at: path, collector }) => {
      writeFileSync(path('dead.ndjson'), lines(numbers(10).map((number) => letter(number))))
      await run(['resend', 'dead.ndjson'])
      await run(['resend', 'dead.ndjson'])
      expect(collector.accepted).to.equal(10)
      expect(collector.duplicates).to.equal(10)
    })).timeout(60_000)

  it('writes what fails again, and what is broken, into a file that can be put right and sent', () =>
    withCommand(async ({ run, at: path, collector }) => {
      const large = { ...message(2), properties: { text: 'x'.repeat(40_000) } }
      const anonymous = { ...message(5), userId: '' }
      writeFileSync(
        path('dead.ndjson'),
        lines([
          letter(1),
          { ...letter(2), message: large },
          '{"at":"2020',
          '[1]',
          { ...letter(5), message: anonymous },
          { at, code: 'rejected' },
          { ...letter(7), message: { ...message(7), messageId: undefined } },
          letter(8),
          { ...letter(9), message: { ...message(9), event: undefined } },
        ]),
      )
      const { code, stdout } = await run(['resend', 'dead.ndjson', '--json'])
      expect(code).to.equal(3)
      expect(JSON.parse(stdout)).to.deep.include({
        lines: 9,
        broken: 6,
        messages: 3,
        delivered: 2,
        failed: 1,
        pending: 0,
        completed: true,
        fromLine: null,
        rejects: 'dead.ndjson.failed',
      })
      expect(collector.messages.map(({ messageId }) => messageId)).to.deep.equal(['m1', 'm8'])
      const failed = readLines(path('dead.ndjson.failed'))
      expect(failed.map(({ line, reason }) => [line, reason])).to.deep.equal([
        [undefined, 'the message has 40186 bytes; allowed: 32768'],
        [3, 'the line is not valid JSON'],
        [4, 'the line is an array; allowed: an object'],
        [5, 'userId and anonymousId are both missing; add one'],
        [6, 'message is missing; allowed: the message that failed, an object'],
        [
          7,
          'messageId is missing, or has more than 99 characters; without one the service could not tell a second sending from the first',
        ],
        [9, 'event is undefined; allowed: a non-empty string'],
      ])
      expect(failed[0]?.message).to.deep.equal(large)
      expect(statSync(path('dead.ndjson.failed')).mode & 0o777).to.equal(0o600)

      const mended = failed.map((line) => ({
        ...line,
        text:
          typeof line.text === 'string'
            ? line.text.replace('"userId":""', '"userId":"u5"')
            : undefined,
      }))
      writeFileSync(path('mended.ndjson'), lines(mended))
      const again = await run(['resend', 'mended.ndjson', '--json'])
      expect(JSON.parse(again.stdout)).to.deep.include({ delivered: 1, failed: 1, broken: 5 })
      expect(collector.messages.at(-1)?.userId).to.equal('u5')
    })).timeout(60_000)

  it('writes numbers of any length as they stand', () =>
    withCommand(async ({ run, at: path }) => {
      const text = JSON.stringify(letter(1)).replace('"number":1', '"number":12345678901234567890')
      const large = text.replace('"é"', `"long":"${'x'.repeat(40_000)}","é"`)
      writeFileSync(path('dead.ndjson'), `${large}\n`)
      expect((await run(['resend', 'dead.ndjson'])).code).to.equal(3)
      expect(readFileSync(path('dead.ndjson.failed'), 'utf8')).to.include(
        '"number":12345678901234567890}',
      )
    })).timeout(60_000)

  it('adds to an older file of failures, and follows no link', () =>
    withCommand(async ({ run, at: path, folder }) => {
      writeFileSync(path('dead.ndjson'), 'no JSON\n')
      writeFileSync(path('dead.ndjson.failed'), '{"older":true}')
      expect((await run(['resend', 'dead.ndjson'])).code).to.equal(3)
      expect(readLines(path('dead.ndjson.failed'))).to.have.lengthOf(2)
      symlinkSync(path('target'), path('link'))
      const linked = await run(['resend', 'dead.ndjson', '--rejects', 'link'])
      expect(linked.code).to.equal(1)
      expect(linked.stderr).to.include('link cannot be written: ELOOP')
      mkdirSync(path('folder'))
      const { code } = await run(['resend', 'dead.ndjson', '--rejects', folder])
      expect(code).to.equal(1)
    })).timeout(60_000)

  it('sends only the codes that are asked for, and from the line that is asked for', () =>
    withCommand(async ({ run, at: path, collector }) => {
      const codes = ['rejected', 'timeout', 'closed', 'rejected', 'retries_exhausted']
      writeFileSync(path('dead.ndjson'), lines(codes.map((code, number) => letter(number, code))))
      const { stdout } = await run([
        ...['resend', 'dead.ndjson', '--json', '--code', 'rejected,timeout', '--from-line', '2'],
      ])
      expect(JSON.parse(stdout)).to.deep.include({ lines: 4, filtered: 2, delivered: 2 })
      expect(collector.messages.map(({ messageId }) => messageId)).to.deep.equal(['m1', 'm3'])
    })).timeout(60_000)

  it('reads standard input, and in a dry run sends nothing', () =>
    withCommand(async ({ run, collector }) => {
      const input = lines([letter(1), letter(2, 'timeout'), 'broken'])
      const dry = await run(['resend', '-', '--dry-run'], { input })
      expect(dry.stdout).to.include('2 messages would be sent').and.to.include('1 × timeout')
      expect(dry.stderr).to.include('line 3: the line is not valid JSON')
      expect(dry.code).to.equal(3)
      expect(collector.requests).to.deep.equal([])
      const { code } = await run(['resend', '-'], { input })
      expect(code).to.equal(3)
      expect(collector.accepted).to.equal(2)
    })).timeout(60_000)

  it('is resumed after a kill by the same command, and keeps what failed before once', () =>
    withCommand(async ({ start, run, at: path, collector }) => {
      const broken = (number: number): string => `broken ${number}`
      writeFileSync(
        path('dead.ndjson'),
        lines(numbers(3_000).map((n) => (n % 100 === 99 ? broken(n) : letter(n)))),
      )
      writeFileSync(path('dead.ndjson.failed'), 'older\n')
      const { child, outcome } = start(['resend', 'dead.ndjson', '--rate', '0'])
      await collector.waitFor(600, { timeout: 20_000 })
      child.kill('SIGKILL')
      await outcome
      const { code, stdout, stderr } = await run(['resend', 'dead.ndjson', '--rate', '0', '--json'])
      expect(code, stderr).to.equal(3)
      expect(JSON.parse(stdout)).to.deep.include({ lines: 3_000, delivered: 2_970, broken: 30 })
      expect(collector.accepted).to.equal(2_970)
      const failed = readFileSync(path('dead.ndjson.failed'), 'utf8').trimEnd().split('\n')
      expect(failed[0]).to.equal('older')
      expect(failed.slice(1).map((line) => (JSON.parse(line) as Letter).line)).to.deep.equal(
        numbers(30).map((n) => n * 100 + 100),
      )
      expect(existsSync(path('dead.ndjson.checkpoint.json'))).to.equal(false)
    })).timeout(60_000)

  it('keeps what a run had written that was killed before its first progress was saved once, too', () =>
    withCommand(async ({ start, run, at: path, collector }) => {
      writeFileSync(path('dead.ndjson'), lines([letter(1), 'broken']))
      writeFileSync(path('dead.ndjson.failed'), 'older\n')
      collector.misbehave({ silence: true })
      const { child, outcome } = start(['resend', 'dead.ndjson'])
      while (!existsSync(path('dead.ndjson.checkpoint.json'))) await sleep(5)
      child.kill('SIGKILL')
      await outcome
      collector.behave()
      // As if it had been killed later, between the write of these lines and that of its progress.
      appendFileSync(path('dead.ndjson.failed'), '{"line":2}\n{"line":')
      const { code } = await run(['resend', 'dead.ndjson'])
      expect(code).to.equal(3)
      const failed = readFileSync(path('dead.ndjson.failed'), 'utf8').trimEnd().split('\n')
      expect(failed).to.have.length(2)
      expect(failed[0]).to.equal('older')
      expect((JSON.parse(failed[1] ?? '') as Letter).line).to.equal(2)
    })).timeout(60_000)

  it('fails again what the server still refuses, however many, and with its status', () =>
    withCommand(async ({ run, at: path, collector }) => {
      writeFileSync(path('dead.ndjson'), lines(numbers(150).map((number) => letter(number))))
      collector.misbehave(() => ({ status: 400 }))
      const { code, stdout } = await run(['resend', 'dead.ndjson', '--rate', '0', '--json'])
      expect(code).to.equal(3)
      expect(JSON.parse(stdout)).to.deep.include({ messages: 150, failed: 150, pending: 0 })
      const failed = readLines(path('dead.ndjson.failed'))
      expect(failed.map(({ message }) => message)).to.deep.equal(numbers(150).map(message))
      expect(failed[0]).to.include({ code: 'rejected', status: 400 })
    })).timeout(60_000)

  it('ends at a signal, and says from which line to resume', () =>
    withCommand(async ({ start, run, at: path, collector }) => {
      writeFileSync(path('dead.ndjson'), lines(numbers(3_000).map((number) => letter(number))))
      const { child, outcome } = start(['resend', 'dead.ndjson', '--rate', '1000', '--json'])
      await collector.waitFor(300, { timeout: 20_000 })
      child.kill('SIGINT')
      const { code, stdout, stderr } = await outcome
      expect(code).to.equal(130)
      const { delivered, fromLine } = JSON.parse(stdout) as { delivered: number; fromLine: number }
      expect(delivered).to.equal(collector.accepted)
      expect(fromLine).to.equal(delivered + 1)
      expect(stderr).to.include(`rerun with --from-line ${fromLine}`)
      const rest = await run([
        'resend',
        'dead.ndjson',
        '--rate',
        '0',
        '--from-line',
        String(fromLine),
      ])
      expect(rest.code).to.equal(0)
      expect(collector.messages.map(({ messageId }) => messageId)).to.deep.equal(
        numbers(3_000).map((number) => `m${number}`),
      )
      expect(collector.duplicates).to.equal(0)
    })).timeout(60_000)

  it('stops at once at a second signal, even if the server never answers', () =>
    withCommand(async ({ start, at: path, collector }) => {
      writeFileSync(path('dead.ndjson'), lines(numbers(10).map((number) => letter(number))))
      const asked = new Promise<void>((resolve) => {
        collector.misbehave(() => {
          resolve()
          return { silence: true }
        })
      })
      const { child, outcome } = start(['resend', 'dead.ndjson'])
      const said = once(child.stderr ?? child, 'data')
      await asked
      child.kill('SIGINT')
      await said
      child.kill('SIGTERM')
      const { code, stderr } = await outcome
      expect(stderr).to.match(/^stopping .*\nstopped at once\n$/)
      expect(code).to.equal(143)
    })).timeout(60_000)

  it('is stopped by a key that is refused, and fails nothing for it', () =>
    withCommand(async ({ run, at: path }) => {
      writeFileSync(path('dead.ndjson'), lines(numbers(10).map((number) => letter(number))))
      const env = { SEGMENT_WRITE_KEY: 'wrong' }
      const { code, stdout, stderr } = await run(['resend', 'dead.ndjson', '--json'], { env })
      expect(code).to.equal(1)
      expect(stderr).to.include('the run was stopped: the server answered 401')
      expect(JSON.parse(stdout)).to.deep.include({
        delivered: 0,
        failed: 0,
        pending: 10,
        fromLine: 1,
      })
    })).timeout(60_000)
})

// `selfsame backfill`: files become messages, and what does not is in the rejects.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { BackfillReport, DryRunReport } from '../../lib/backfill/report.js'
import { withCommand } from './command.js'

const users = 'id,email,tier,age,active,created,town\n'
const flags = [
  ...['--user-id', 'id', '--timestamp', 'created', '--trait', 'email', '--trait', 'plan=tier'],
  ...['--trait', 'age:number', '--trait', 'active:boolean', '--trait', 'address.city=town'],
]

const reportOf = (stdout: string): BackfillReport => JSON.parse(stdout) as BackfillReport

interface Rejected {
  line: number
  reason: string
  row?: Record<string, string>
  text?: string
}

const rejectsOf = (path: string): Rejected[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Rejected)

describe('selfsame backfill', () => {
  it('resumes at another pace, but not with another mapping, and names the options of the command', () =>
    withCommand(async ({ run, at, collector }) => {
      writeFileSync(at('users.csv'), 'id,email\n1,a@b.c\n2,d@e.f\n3,g@h.i\n')
      const command = ['backfill', 'users.csv', '--user-id', 'id', '--timestamp-now']
      collector.misbehave(({ n }) => (n === 1 ? undefined : { status: 401 }))
      const paced = ['--trait', 'email', '--rate', '1', '--max-in-flight', '1']
      expect((await run([...command, ...paced])).code).to.equal(1)
      collector.behave()
      const other = await run([...command, '--trait', 'mail=email'])
      expect(other.code).to.equal(1)
      expect(other.stderr).to.match(
        /: the mapping is not the same .*; --no-resume .*, --accept-changes /,
      )
      const { code, stdout, stderr } = await run([...command, '--trait', 'email', '--rate', '0'])
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
      expect(stdout).to.match(/^3 rows read, 3 messages, 3 delivered\n/)
      expect(collector.messages.map(({ userId }) => userId)).to.deep.equal(['1', '2', '3'])
    }))

  it('maps columns by options, and gives traits the types that are said', () =>
    withCommand(async ({ run, at, collector }) => {
      writeFileSync(
        at('users.csv'),
        `${users}1,ann@example.com,premium,31,yes,2014-02-03T04:05:06Z,Bern\n007,,free,,f,2015-02-03,\n`,
      )
      const { code, stdout, stderr } = await run(['backfill', 'users.csv', ...flags])
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
      expect(stdout).to.include('2 rows read, 2 messages, 2 delivered')
      const sent = collector.messages.map(({ type, userId, traits, originalTimestamp }) => ({
        type,
        userId,
        traits,
        originalTimestamp,
      }))
      expect(sent).to.deep.equal([
        {
          type: 'identify',
          userId: '1',
          traits: {
            email: 'ann@example.com',
            plan: 'premium',
            age: 31,
            active: true,
            address: { city: 'Bern' },
          },
          originalTimestamp: '2014-02-03T04:05:06.000Z',
        },
        {
          type: 'identify',
          userId: '007',
          traits: { plan: 'free', active: false },
          originalTimestamp: '2015-02-03T00:00:00.000Z',
        },
      ])
    })).timeout(60_000)

  it('makes tracks, groups and aliases', () =>
    withCommand(async ({ run, at, collector }) => {
      writeFileSync(at('a.csv'), 'id,old,org,what,amount,at\nu1,a1,g1,Paid,9.5,1400000000\n')
      const common = [
        'backfill',
        'a.csv',
        '--user-id',
        'id',
        '--timestamp',
        'at',
        '--unit',
        'seconds',
      ]
      for (const args of [
        ['--type', 'track', '--event-column', 'what', '--property', 'revenue:number=amount'],
        ['--type', 'group', '--group-id', 'org', '--trait', '*', '--again'],
        ['--type', 'alias', '--previous-id', 'old', '--again'],
      ]) {
        const { code, stderr } = await run([...common, ...args])
        expect(code, stderr).to.equal(0)
      }
      const [track, group, alias] = collector.messages
      expect(track).to.deep.include({ type: 'track', event: 'Paid', properties: { revenue: 9.5 } })
      expect(track?.originalTimestamp).to.equal('2014-05-13T16:53:20.000Z')
      expect(group).to.deep.include({
        type: 'group',
        groupId: 'g1',
        traits: { old: 'a1', what: 'Paid', amount: '9.5' },
      })
      expect(alias).to.deep.include({ type: 'alias', userId: 'u1', previousId: 'a1' })
    })).timeout(60_000)

  it('sends no row a second time with another mapping, unless asked to', () =>
    withCommand(async ({ run, at, collector }) => {
      const args = ['backfill', 'a.csv', '--user-id', 'id', '--timestamp', 'at', '--json']
      writeFileSync(at('a.csv'), 'id,plan,at\n1,free,2014-01-01\n2,basic,2014-01-01\n')
      expect((await run(args)).code).to.equal(0)
      const changed = await run([...args, '--trait', 'plan'])
      expect(changed.code).to.equal(1)
      expect(changed.stderr).to.include('an earlier run has sent all 2 rows')
      expect(changed.stderr).to.include('--again does that')
      expect(collector.accepted).to.equal(2)
      const again = await run([...args, '--trait', 'plan', '--again'])
      expect(reportOf(again.stdout)).to.include({ rows: 2, delivered: 2 })
      const same = await run([...args, '--trait', 'plan'])
      expect(reportOf(same.stdout)).to.include({ rows: 2, resumedFrom: 2 })
      expect(collector.accepted).to.equal(4)
      expect(collector.duplicates).to.equal(0)
    })).timeout(60_000)

  it('maps by a module, whose change is noticed', () =>
    withCommand(async ({ run, start, at, collector }) => {
      const rows = Array.from({ length: 3_000 }, (_, id) => `${id},2014-02-03\n`).join('')
      writeFileSync(at('a.csv'), `id,at\n${rows}`)
      const module = (event: string): string =>
        `export const map = ({ id, at }) => id === '2' ? null
          : [{ type: 'track', userId: id, event: '${event}', timestamp: at }]`
      writeFileSync(at('map.mjs'), module('Imported'))
      const args = ['backfill', 'a.csv', '--map', 'map.mjs', '--json', '--rate', '1000']
      const { child, outcome } = start(args)
      await collector.waitFor(300, { timeout: 20_000 })
      child.kill('SIGINT')
      const stopped = await outcome
      expect(stopped.code).to.equal(130)
      expect(stopped.stderr).to.include('rerun the same command to resume')
      expect(reportOf(stopped.stdout)).to.include({ completed: false, skipped: 1 })

      writeFileSync(at('map.mjs'), module('Bought'))
      const changed = await run(args)
      expect(changed.code).to.equal(1)
      expect(changed.stderr).to.include(
        'the mapping is not the same as in the checkpoint a.csv.checkpoint.json',
      )

      writeFileSync(at('map.mjs'), module('Imported'))
      const rest = await run(args)
      expect(rest.code).to.equal(0)
      expect(reportOf(rest.stdout)).to.include({ rows: 3_000, delivered: 2_999, completed: true })
      expect(collector.accepted).to.equal(2_999)
      expect(collector.duplicates).to.equal(0)
    })).timeout(60_000)

  it('delivers every good row among broken ones, and what was put right in the rejects', () =>
    withCommand(async ({ run, at, collector }) => {
      const good = (id: number): string => `${id},u${id}@example.com,free,30,t,2014-02-03,Bern`
      const broken: Record<number, string> = {
        5: '3,"open@example.com,free,30,t,2014-02-03,Bern',
        9: ',none@example.com,free,30,t,2014-02-03,Bern',
        12: '10,a@example.com,free,30,t,yesterday,Bern',
        17: '15,a@example.com,free,30,t,1400000000,Bern',
        20: '18,a@example.com,free,thirty,t,2014-02-03,Bern',
        23: '21,a@example.com,free,30,t,2014-02-03',
        30: '28,nul\0@example.com,free,30,t,2014-02-03,Bern',
        31: '29,"quote"d,free,30,t,2014-02-03,Bern',
        41: `39,${'x'.repeat(5_000_000)},free,30,t,2014-02-03,Bern`,
      }
      const lines = Array.from({ length: 60 }, (_, index) => broken[index + 2] ?? good(index))
      const latin = Buffer.from('99,caf\u00e9@example.com,free,30,t,2014-02-03,Bern\r\n', 'latin1')
      writeFileSync(
        at('users.csv'),
        Buffer.concat([Buffer.from(`\uFEFF${users}${lines.join('\r\n')}\r\n`), latin]),
      )
      const first = await run(['backfill', 'users.csv', ...flags, '--json'])
      expect(first.code, first.stderr).to.equal(3)
      expect(reportOf(first.stdout)).to.include({ rows: 61, delivered: 51, rejected: 10 })
      expect(collector.accepted).to.equal(51)

      const path = at('users.csv.rejects.ndjson')
      const rejects = rejectsOf(path)
      const reasons = Object.fromEntries(rejects.map(({ line, reason }) => [line, reason]))
      expect(Object.keys(reasons).map(Number)).to.deep.equal([
        ...Object.keys(broken).map(Number),
        62,
      ])
      expect(reasons[5]).to.include('the quote that opens in column 2 is never closed')
      expect(reasons[9]).to.include('userId and anonymousId are both undefined')
      expect(reasons[12]).to.include('timestamp is a string that is not an ISO-8601 date')
      expect(reasons[17]).to.include(
        "that looks like seconds; set unit to 'seconds' (--unit seconds)",
      )
      expect(reasons[20]).to.include('the column age is a string that is not a number')
      expect(reasons[23]).to.include('the row has 6 columns, the header has 7')
      expect(reasons[30]).to.include('a NUL byte is in the row')
      expect(reasons[31]).to.include('text after the closing quote in column 2')
      expect(reasons[41]).to.include('allowed: 1048576')
      expect(reasons[62]).to.include("in Latin-1 it is 'é'")

      const mended = rejects
        .filter(({ line }) => line !== 41)
        .map((rejected) => {
          const { line, row, text } = rejected
          if (row?.id === '') row.id = `new ${line}`
          if (row) Object.assign(row, { created: '2014-02-03', age: '30' })
          return {
            ...rejected,
            text: text?.replaceAll(/["\0\uFFFD]/g, '').replace(/03$/, '03,Bern'),
          }
        })
      writeFileSync(at('mended.ndjson'), mended.map((line) => `${JSON.stringify(line)}\n`).join(''))
      const second = await run(['backfill', 'mended.ndjson', ...flags, '--json'])
      expect(second.code, second.stderr + second.stdout).to.equal(0)
      expect(collector.accepted).to.equal(60)
      expect(collector.messages.map(({ userId }) => userId)).to.include.members(['3', '29', '99'])
    })).timeout(60_000)

  it('killed again and again resumes, with every row once and every broken one in the rejects', () =>
    withCommand(async ({ start, run, at, collector }) => {
      const count = 30_000
      const row = (id: number): string => {
        if (id % 100 === 50) return `${id},"open ${id},2014-02-03`
        if (id % 100 === 51) return `${id},"two\nlines",2014-02-03`
        return id % 100 === 52 ? `${id},x,yesterday` : `${id},"n, ${id}",2014-02-03`
      }
      const rows = Array.from({ length: count }, (_, id) => `${row(id)}\n`)
      writeFileSync(at('a.csv.gz'), gzipSync(`id,name,at\n${rows.join('')}`))
      const args = [
        'backfill',
        'a.csv.gz',
        '--user-id',
        'id',
        '--timestamp',
        'at',
        '--trait',
        'name',
      ]
      const all = [...args, '--rate', '0', '--json']
      for (const delivered of [3_000, 11_000, 22_000]) {
        const { child, outcome } = start(all)
        await collector.waitFor(delivered, { timeout: 20_000 })
        child.kill('SIGKILL')
        expect((await outcome).code).to.equal(null)
      }
      const { code, stdout, stderr } = await run(all)
      expect(code, stderr).to.equal(3)
      const rejected = (count / 100) * 2
      const report = { rows: count, delivered: count - rejected, rejected, completed: true }
      expect(reportOf(stdout)).to.include(report)
      expect(collector.accepted).to.equal(count - rejected)
      expect(new Set(collector.messages.map(({ userId }) => userId)).size).to.equal(
        count - rejected,
      )
      const lines = rejectsOf(at('a.csv.gz.rejects.ndjson')).map(({ line }) => line)
      // The header is line 1, and each hundred rows have a line more.
      const expected = Array.from({ length: count / 100 }, (_, at100) => {
        const first = 2 + at100 * 101
        return [first + 50, first + 53]
      })
      expect(lines).to.deep.equal(expected.flat())
    })).timeout(60_000)

  it('reads NDJSON, JSON arrays, gzip and standard input; rows that are calls need no mapping', () =>
    withCommand(async ({ run, at, collector }) => {
      const call = (userId: string): object => ({
        type: 'identify',
        userId,
        messageId: 'from the archive',
        sentAt: '2014-02-03T04:05:06Z',
        timestamp: '2014-02-03T04:05:06Z',
        traits: { from: userId },
      })
      writeFileSync(at('a.ndjson.gz'), gzipSync(`${JSON.stringify(call('ndjson'))}\n`))
      writeFileSync(at('a.json'), JSON.stringify([call('array')], undefined, 2))
      for (const [file, input] of [
        ['a.ndjson.gz', ''],
        ['a.json', ''],
        ['-', `${JSON.stringify(call('stdin'))}\n`],
      ] as const) {
        const { code, stderr } = await run(['backfill', file, '--archived'], { input })
        expect(code, stderr).to.equal(0)
      }
      expect(collector.messages.map(({ userId }) => userId)).to.deep.equal([
        'ndjson',
        'array',
        'stdin',
      ])
      expect(
        collector.messages.every(({ messageId }) => messageId.startsWith('backfill-')),
      ).to.equal(true)
    })).timeout(60_000)

  it('in a dry run sends and writes nothing, and shows what it would', () =>
    withCommand(async ({ run, at, collector }) => {
      writeFileSync(at('a.csv'), 'id,at\na@example.com,2014-02-03\n2,never\n')
      const args = ['backfill', 'a.csv', '--user-id', 'id', '--timestamp', 'at', '--dry-run']
      const env = { SEGMENT_WRITE_KEY: undefined }
      const { code, stdout } = await run(args, { env })
      expect(code).to.equal(3)
      expect(stdout)
        .to.include('nothing was sent')
        .and.to.include('line 3: timestamp is a string that is not an ISO-8601 date')
        .and.to.include('email as user id, in 1 row\n')
        .and.to.include('"userId": "a@example.com"')
      const json = await run([...args, '--json'], { env })
      expect((JSON.parse(json.stdout) as DryRunReport).samples).to.have.lengthOf(1)
      expect(collector.requests).to.deep.equal([])
      expect(existsSync(at('a.csv.checkpoint.json'))).to.equal(false)
      expect(existsSync(at('a.csv.rejects.ndjson'))).to.equal(false)
    })).timeout(60_000)

  it('suggests a mapping that works as it is printed', () =>
    withCommand(async ({ run, at, collector }) => {
      const head = "user id,E-Mail,first_name,zip,logins,is_admin,signup_date,born,it's"
      const row = (id: number): string =>
        `${id},u${id}@example.com,Ann,01234,${id},true,2014-02-03T04:05:06Z,1980-01-02,x`
      writeFileSync(at('a.csv'), `${head}\n${[1, 2, 3].map(row).join('\n')}\n`)
      const { code, stdout } = await run(['backfill', 'a.csv', '--suggest'])
      expect(code).to.equal(0)
      expect(stdout).to.include('# Reserved traits: email (E-Mail), firstName (first_name)')
      const [, command = ''] = /\nselfsame ([^]*)$/.exec(stdout) ?? []
      const words = [...command.matchAll(/'((?:[^']|'\\'')*)'|[^\s\\]+/g)].map(([word, inner]) =>
        inner === undefined ? word : inner.replaceAll("'\\''", "'"),
      )
      const sent = await run(words)
      expect(sent.code, sent.stderr).to.equal(0)
      expect(collector.messages[1]).to.deep.include({ userId: '2' })
      expect(collector.messages[1]?.traits).to.deep.equal({
        email: 'u2@example.com',
        firstName: 'Ann',
        address: { postalCode: '01234' },
        logins: 2,
        is_admin: true,
        createdAt: '2014-02-03T04:05:06.000Z',
        born: '1980-01-02T00:00:00.000Z',
        "it's": 'x',
      })
    })).timeout(60_000)

  it('stops if too many rows are rejected', () =>
    withCommand(async ({ run, at }) => {
      writeFileSync(at('a.csv'), `id,at\n${'1,never\n'.repeat(50)}`)
      const args = [
        'backfill',
        'a.csv',
        '--user-id',
        'id',
        '--timestamp',
        'at',
        '--max-rejects',
        '5',
      ]
      const { code, stderr } = await run(args)
      expect(code).to.equal(1)
      expect(stderr).to.include('more than --max-rejects allows')
    })).timeout(60_000)
})

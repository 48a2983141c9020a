// What the command says to somebody whose file, host or options are wrong: the cause, and what to do.

import { existsSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { withCommand } from './command.js'

const map = ['--user-id', 'id', '--timestamp', 'at']

describe('selfsame says', () => {
  it('that a file is an Excel workbook, whatever its name', () =>
    withCommand(async ({ run, at }) => {
      for (const name of ['users.xlsx', 'users.csv']) {
        writeFileSync(at(name), Buffer.from('PK\x03\x04\x14\0\x06\0and so on', 'latin1'))
        const { code, stderr } = await run(['backfill', name, ...map])
        expect(code).to.equal(1)
        expect(stderr).to.include('is an Excel workbook, or another zip file; save it as CSV')
      }
    })).timeout(60_000)

  it('what is wrong with a value, twice at most for each reason, and shows no letter of it', () =>
    withCommand(async ({ run, at }) => {
      const rows = Array.from({ length: 20 }, (_, id) => `${id},2014-02-03,"1,${id}00.00"`)
      rows.push(
        '20,05/03/2019,1',
        '21,1400000000,1',
        '22,peter@example.com,1',
        '23,Peter Gibbons,1',
      )
      writeFileSync(at('a.csv'), `id,at,mrr\n${rows.join('\n')}\n`)
      const args = ['backfill', 'a.csv', ...map, '--trait', 'mrr:number', '--dry-run']
      const { stdout } = await run(args)
      expect(stdout).to.include('20 × mrr is not a number')
      expect(stdout.match(/the column mrr is a string/g)).to.have.lengthOf(2)
      expect(stdout).to.include('such as 12.5; it is "1,000.00"')
      expect(stdout).to.include('(map, --map); it is "05/03/2019"')
      expect(stdout).to.include('timestamp is 1400000000: that looks like seconds')
      expect(stdout).to.include('(--unit seconds)').and.not.to.include('a valid Date')
      expect(stdout)
        .to.include('it is "aaaaa@aaaaaaa.aaa"')
        .and.not.to.match(/peter|gibbons/i)
      const shown = await run([...args, '--show-values'])
      expect(shown.stdout).to.include('it is "peter@example.com"')
    })).timeout(60_000)

  it('at once that there is no such host, and names it', () =>
    withCommand(async ({ run, at }) => {
      writeFileSync(at('a.csv'), 'id,at\n1,2014-02-03\n')
      const args = ['backfill', 'a.csv', ...map, '--host', 'http://no-such-host.invalid']
      const { code, stderr } = await run(args, { env: { HTTP_PROXY: '', http_proxy: '' } })
      expect(code).to.equal(1)
      expect(stderr).to.include('there is no host no-such-host.invalid (ENOTFOUND); check --host\n')
    })).timeout(60_000)

  it('what it was waiting for when it was interrupted', () =>
    withCommand(async ({ start, at, collector }) => {
      writeFileSync(at('a.csv'), 'id,at\n1,2014-02-03\n')
      const asked = new Promise<void>((resolve) => {
        collector.misbehave(({ n }) => {
          if (n === 2) resolve()
          return { status: 503 }
        })
      })
      const { child, outcome } = start(['backfill', 'a.csv', ...map])
      await asked
      child.kill('SIGINT')
      const { code, stderr } = await outcome
      expect(code).to.equal(130)
      expect(stderr).to.match(/it was waiting for the server answered 503; retry within \d+ s/)
      expect(stderr).to.include('stopped after row 0; rerun the same command to resume')
    })).timeout(60_000)

  it('to which URL a 404 belongs', () =>
    withCommand(async ({ run, at, collector }) => {
      writeFileSync(at('a.csv'), 'id,at\n1,2014-02-03\n')
      const { code, stderr } = await run(['backfill', 'a.csv', ...map, '--path', '/v2/wrong'])
      expect(code).to.equal(1)
      const url = `${collector.url}/v2/wrong`
      expect(stderr).to.include(`the server answered 404 to ${url}; check --host and --path\n`)
    })).timeout(60_000)

  it('that a source has no rows, and writes one row and one message in the singular', () =>
    withCommand(async ({ run, at }) => {
      for (const text of ['', 'id,at\n']) {
        writeFileSync(at('a.csv'), text)
        const { code, stderr } = await run(['backfill', 'a.csv', ...map])
        expect(stderr).to.equal('a.csv has no rows: it is empty, or has a header only\n')
        expect(code).to.equal(0)
      }
      writeFileSync(at('a.csv'), 'id,at\n1,2014-02-03\n')
      const { stdout, stderr } = await run(['backfill', 'a.csv', ...map])
      expect(stdout).to.include('1 row read, 1 message, 1 delivered\n')
      expect(stderr).to.equal('')
    })).timeout(60_000)

  it('that a type of a trait is not known', () =>
    withCommand(async ({ run, at }) => {
      writeFileSync(at('a.csv'), 'id,at,mrr\n1,2014-02-03,5\n')
      const { code, stderr } = await run(['backfill', 'a.csv', ...map, '--trait', 'mrr:numbr'])
      expect(code).to.equal(2)
      expect(stderr).to.include('If numbr is a type, it is not known; types: text, number,')
    })).timeout(60_000)

  it('what to do with rejected rows', () =>
    withCommand(async ({ run, at }) => {
      writeFileSync(at('a.csv'), 'id,at\n1,never\n')
      const { code, stderr } = await run(['backfill', 'a.csv', ...map])
      expect(code).to.equal(3)
      expect(stderr).to.include('send them: selfsame backfill a.csv.rejects.ndjson with the same')
    })).timeout(60_000)

  it('how a TypeScript mapping can be used, if this Node cannot load it', () =>
    withCommand(async ({ run, at }) => {
      writeFileSync(at('a.csv'), 'id\n1\n')
      writeFileSync(at('map.ts'), 'export default (row: { id: string }) => null\n')
      const { code, stderr } = await run(['backfill', 'a.csv', '--map', 'map.ts'])
      // Newer ones can.
      if ('typescript' in process.features && process.features.typescript) expect(code).to.equal(0)
      else expect(stderr).to.include('compile it to JavaScript, or write it as .mjs')
    })).timeout(60_000)

  it('--trait address:json for a column of JSON, so that nothing else of the address is lost', () =>
    withCommand(async ({ run, at, collector }) => {
      writeFileSync(
        at('a.csv'),
        'id,zip,address,created\n1,1234,"{""city"":""Bern""}",2014-02-03\n',
      )
      const { stdout } = await run(['backfill', 'a.csv', '--suggest'])
      expect(stdout).to.include('--trait address:json=address')
      expect(stdout).to.include('--trait address.postalCode=zip')
      const traits = ['--trait', 'address.postalCode=zip', '--trait', 'address:json=address']
      await run(['backfill', 'a.csv', '--user-id', 'id', '--timestamp', 'created', ...traits])
      expect(collector.messages[0]?.traits).to.deep.equal({
        address: { city: 'Bern', postalCode: '1234' },
      })
      expect(existsSync(at('a.csv.rejects.ndjson'))).to.equal(false)
    })).timeout(60_000)
})

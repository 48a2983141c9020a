// The file of dead letters: who may read it, what it may be, what becomes of it while it is used.

import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { Analytics } from '../../lib/index.js'
import { startCollector } from '@selfsame/collector'
import { withCollector } from '../support/clients.js'
import { run } from '../support/programs.js'
import { warningsOf } from '../support/warnings.js'
import { lettersIn, withFile } from './folder.js'

const program = new URL('./programs/fails.js', import.meta.url)

function failOne(analytics: Analytics, event: string): void {
  analytics.track({ userId: 'u1', event, properties: { text: 'x'.repeat(600) } })
}

const limits = { maxMessageBytes: 500 }

function eventsIn(file: string): (string | undefined)[] {
  return lettersIn(file).map(({ message }) => message?.event)
}

describe('the file of dead letters', () => {
  it('is made with the first letter, for its owner alone', () =>
    withFile((file) =>
      withCollector(async ({ client }) => {
        const analytics = client({ ...limits, deadLetter: file })
        analytics.on('error', () => undefined)
        expect(existsSync(file)).to.equal(false)
        failOne(analytics, 'E')
        await analytics.flush()
        expect(statSync(file).mode & 0o777).to.equal(0o600)
      }),
    ))

  it('is added to; a line that broke off costs nothing but itself', () =>
    withFile((file) =>
      withCollector(async ({ client }) => {
        writeFileSync(file, '{"at":"earlier"}\n{"at":"broken o')
        const analytics = client({ ...limits, deadLetter: file })
        analytics.on('error', () => undefined)
        failOne(analytics, 'first')
        await analytics.flush()
        failOne(analytics, 'second')
        await analytics.flush()
        const [earlier, broken, ...lines] = readFileSync(file, 'utf8').split('\n')
        expect([earlier, broken]).to.deep.equal(['{"at":"earlier"}', '{"at":"broken o'])
        expect(lines.pop()).to.equal('')
        expect(
          lines.map((line) => (JSON.parse(line) as { message: { event: string } }).message.event),
        ).to.deep.equal(['first', 'second'])
      }),
    ))

  it('may be renamed or removed at any time: the next letter makes another', () =>
    withFile((file) =>
      withCollector(async ({ client }) => {
        const analytics = client({ ...limits, deadLetter: file })
        analytics.on('error', () => undefined)
        failOne(analytics, 'first')
        await analytics.flush()
        renameSync(file, `${file}.1`)
        failOne(analytics, 'second')
        await analytics.flush()
        expect(eventsIn(`${file}.1`)).to.deep.equal(['first'])
        expect(eventsIn(file)).to.deep.equal(['second'])
        rmSync(file)
        failOne(analytics, 'third')
        await analytics.flush()
        expect(eventsIn(file)).to.deep.equal(['third'])
      }),
    ))

  it('stays where it was when the process goes to another directory', () =>
    withFile((file) =>
      withCollector(async ({ client }) => {
        const before = process.cwd()
        try {
          process.chdir(dirname(file))
          const analytics = client({ ...limits, deadLetter: 'relative.ndjson' })
          analytics.on('error', () => undefined)
          process.chdir(before)
          failOne(analytics, 'E')
          await analytics.flush()
        } finally {
          process.chdir(before)
        }
        expect(eventsIn(join(dirname(file), 'relative.ndjson'))).to.deep.equal(['E'])
      }),
    ))
})

describe('a file of dead letters that cannot be one', () => {
  const places: Record<string, (file: string) => string> = {
    'whose directory does not exist': (file) => join(dirname(file), 'missing', 'dead.ndjson'),
    'which is a symbolic link': (file) => {
      writeFileSync(`${file}.target`, '')
      symlinkSync(`${file}.target`, file)
      return file
    },
    'which is not a regular file': (file) => {
      mkdirSync(file)
      return file
    },
  }
  for (const [what, prepare] of Object.entries(places)) {
    it(`is a TypeError when the client is made: ${what}`, () =>
      withFile((file) => {
        const deadLetter = prepare(file)
        expect(() => new Analytics({ writeKey: 'k', deadLetter })).to.throw(
          TypeError,
          new RegExp(
            `^option deadLetter is .*, ${what}; allowed: the path of a file in an existing directory`,
          ),
        )
      }))
  }

  it('also a device, and a broken link', () =>
    withFile((file) => {
      symlinkSync(`${file}.nowhere`, file)
      for (const [deadLetter, what] of [
        ['/dev/full', 'which is not a regular file'],
        [file, 'which is a symbolic link'],
        ['a\0b', 'which has a NUL in it'],
      ] as const) {
        expect(() => new Analytics({ writeKey: 'k', deadLetter })).to.throw(TypeError, what)
      }
      expect(existsSync(`${file}.nowhere`)).to.equal(false)
    }))

  it('but does not matter to a disabled client', () =>
    withFile((file) => {
      const deadLetter = join(dirname(file), 'missing', 'dead.ndjson')
      new Analytics({ writeKey: 'k', deadLetter, disable: true }).track({ userId: 'u', event: 'E' })
    }))

  const later: Record<string, (file: string) => void> = {
    'which is a symbolic link': (file) => {
      writeFileSync(`${file}.target`, '')
      symlinkSync(`${file}.target`, file)
    },
    'a named pipe that nobody reads': (file) => void execFileSync('mkfifo', [file]),
    'a directory': (file) => {
      mkdirSync(file)
    },
    'in a directory that was removed': (file) => {
      rmSync(dirname(file), { recursive: true })
    },
  }
  for (const [what, change] of Object.entries(later)) {
    it(`later on is warned of, written nothing to, and harms nothing: ${what}`, () =>
      withFile((file) =>
        withCollector(async ({ client }) => {
          const analytics = client({ ...limits, deadLetter: file })
          let told = 0
          analytics.on('error', () => told++)
          change(file)
          const warnings = await warningsOf(async () => {
            for (const event of ['first', 'second', 'third']) {
              failOne(analytics, event)
              await analytics.flush()
            }
          })
          // Made again for whoever tidies up.
          mkdirSync(dirname(file), { recursive: true })
          expect(warnings.map(({ code }) => code)).to.deep.equal(['SELFSAME_DEAD_LETTER'])
          expect(warnings[0]!.message).to.match(/^the file of the option deadLetter cannot be/)
          expect(told).to.equal(3)
          expect(analytics.stats()).to.include({ failed: 3, deadLettered: 0 })
          if (existsSync(`${file}.target`)) expect(statSync(`${file}.target`).size).to.equal(0)
        }),
      ))
  }

  for (const wrong of ['', null, 42, {}, true]) {
    it(`is a TypeError: ${JSON.stringify(wrong)}`, () => {
      expect(() => new Analytics({ writeKey: 'k', deadLetter: wrong as string })).to.throw(
        TypeError,
        /^option deadLetter is .*; allowed: the path of a file, or a function$/,
      )
    })
  }
})

describe('dead letters at the end of the process', function () {
  this.timeout(20_000)

  for (const [how, code, signal, count] of [
    ['process.exit', 3, null, 500],
    ['throw', 1, null, 500],
    ['in an exit listener', 0, null, 500],
    ['beside some that are pending', 3, null, 500],
    ['SIGTERM', null, 'SIGTERM', 500],
    ['a callback that exits', 3, null, 500],
    ['an error listener that exits', 3, null, 500],
    ['an idle client', 0, null, 1],
  ] as const) {
    it(`are all on the disk, each once: ${how}`, () =>
      withFile(async (file) => {
        const collector = await startCollector()
        try {
          collector.misbehave(() => ({ status: 401 }))
          const ended = await run(program, [collector.url, file, how])
          expect(ended, ended.stderr).to.include({ code, signal })
          expect(eventsIn(file).sort()).to.deep.equal(
            [...Array(count).keys()].map((i) => `event ${i}`).sort(),
          )
          expect(readFileSync(file, 'utf8')).not.to.include('the-secret-key')
        } finally {
          await collector.close()
        }
      }))
  }

  it('of two processes in one file are whole lines', () =>
    withFile(async (file) => {
      appendFileSync(file, '')
      const collector = await startCollector()
      try {
        const both = await Promise.all(
          [1, 2].map(() => run(program, [collector.url, file, 'shared'])),
        )
        expect(both.map(({ code }) => code)).to.deep.equal([0, 0])
      } finally {
        await collector.close()
      }
      const events = eventsIn(file)
      expect(events).to.have.lengthOf(1_000)
      expect(new Set(events)).to.have.lengthOf(500)
    }))

  it('on a full disk are counted as not kept, but still reported; once there is room they are kept again', () =>
    withFile(async (file) => {
      // A file may have some hundred KiB at most: in the middle of a letter it becomes too large.
      const shell = spawnSync(
        'bash',
        ['-c', 'ulimit -f 100; exec "$0" "$@"', process.execPath, fileURLToPath(program)].concat([
          'http://127.0.0.1:9',
          file,
          'disk full',
        ]),
        { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
      )
      expect(shell.status, shell.stderr).to.equal(0)
      const [warning, ...more] = shell.stdout.trim().split('\n')
      expect(warning).to.equal('SELFSAME_DEAD_LETTER')
      expect(more.length, 'the warnings are few').to.be.lessThan(5)
      const books = JSON.parse(more.at(-1)!) as Record<string, number>
      expect(books).to.include({ told: 500, failed: 500 })
      expect(books.deadLettered).to.be.within(50, 300)
      const lines = readFileSync(file, 'utf8').split('\n')
      const broken = lines.pop()
      expect(lines).to.have.lengthOf(books.deadLettered!)
      for (const line of lines) JSON.parse(line)
      expect(() => JSON.parse(broken!) as unknown).to.throw(SyntaxError)
      await run(program, ['http://127.0.0.1:9', file, 'an idle client'])
      const after = readFileSync(file, 'utf8').split('\n')
      expect(after.slice(0, -2)).to.deep.equal([...lines, broken])
      expect(JSON.parse(after.at(-2)!)).to.deep.include({ code: 'message_too_large' })
    }))
})

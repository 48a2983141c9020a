// docs/asking.md: its requests are answered, its filters can be read, and it names everything there is.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { parseFilter } from '../../../../lib/spec/filter/filter.js'
import { KNOWN_KEYS } from '../../../../lib/spec/filter/keys.js'
import { STATES } from '../../../../lib/spec/filter/syntax.js'
import { fencesOf, pageAt, root } from '../../../../test/docs/pages.js'
import { Bench } from './support.js'

const page = pageAt(root, 'docs/asking.md')
const linesOf = (language: string) =>
  fencesOf(page)
    .filter((fence) => fence.language === language)
    .flatMap(({ code }) => code.trim().split('\n'))

interface Request {
  method: string
  target: string
  headers: Record<string, string>
  body: unknown
  isLive: boolean
}

/** What curl would send. Of the shell it knows quotes, of curl the options that the page has. */
function requestOf(line: string): Request {
  const [command, ...words] = [...line.matchAll(/'([^']*)'|(?:'[^']*'|[^\s'])+/g)].map(
    ([word, quoted]) => quoted ?? word.replaceAll("'", ''),
  )
  expect(command).to.equal('curl')
  const request: Request = {
    method: 'GET',
    target: '',
    headers: {},
    body: undefined,
    isLive: false,
  }
  const query = new URLSearchParams()
  const options: Record<string, (value: string) => void> = {
    '-X': (value) => (request.method = value),
    '-H': (value) => {
      const [name = '', text = ''] = value.split(': ')
      request.headers[name] = text
    },
    '-d': (value) => {
      request.body = JSON.parse(value) as unknown
    },
    '--data': (value) => query.append(...(value.split('=') as [string, string])),
    '--data-urlencode': (value) => {
      const [name = ''] = value.split('=', 1)
      query.append(name, value.slice(name.length + 1))
    },
  }
  while (words.length > 0) {
    const word = words.shift()!
    const option = options[word]
    if (option !== undefined) option(words.shift()!)
    else if (word === '-N') request.isLive = true
    else if (word !== '--get') {
      expect(word).to.match(/^http:\/\/127\.0\.0\.1:8877\//)
      request.target = word.slice('http://127.0.0.1:8877'.length)
    }
  }
  if (query.size > 0) request.target += `?${query.toString()}`
  return request
}

describe('docs/asking.md', () => {
  const requests = linesOf('sh').map((line) => [line, requestOf(line)] as const)
  let folder: string
  let bench: Bench

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'selfsame-asking-'))
    bench = await Bench.start({ db: join(folder, 'events.db') })
    await bench.take([
      { type: 'page', anonymousId: 'a1' },
      { type: 'identify', userId: 'u1', anonymousId: 'a1', traits: { email: 'jane@example.com' } },
      { userId: 'u1', messageId: 'm12', properties: { plan: 'premium' } },
      { type: 'group', userId: 'u1', groupId: 'g1' },
    ])
  })
  afterEach(async () => {
    await bench.close()
    rmSync(folder, { recursive: true })
  })

  it('has requests', () => {
    expect(requests.length).to.be.greaterThan(20)
  })

  for (const [line, { method, target, headers, body, isLive }] of requests) {
    if (isLive) continue
    it(`${line} is answered`, async () => {
      const reply = await bench.send(method, target, body, headers)
      expect(reply.status, reply.text).to.equal(200)
    })
  }

  it('reads live', async () => {
    const live = requests.filter(([, { isLive }]) => isLive)
    expect(live).to.have.length(1)
    const reply = bench.get(live[0]![1].target)
    while (bench.arrivals.feed.waiting === 0) await new Promise(setImmediate)
    bench.closed.abort()
    expect((await reply).text).to.include('event: ready')
  })

  it('finds with a filter what it says', async () => {
    const found = async (target: string) => (await bench.get(target)).text
    expect(await found('/_/messages?filter=event:"Signed%20Up"%20plan:premium')).to.include('m12')
  })

  for (const filter of linesOf('filter')) {
    it(`the filter ${filter} can be read`, () => {
      expect(parseFilter(filter).text).to.be.a('string').that.is.not.equal('')
    })
  }

  it('names every key and state of the filter language', () => {
    for (const name of [...KNOWN_KEYS, ...STATES]) expect(page.text).to.include(`\`${name}\``)
  })

  it('names every code of an error', () => {
    const folders = ['exchange', 'guard', 'routes', 'profile-api']
    const codes = new Set<string>()
    for (const name of folders) {
      for (const file of readdirSync(join(root, 'packages/collector/lib/api', name))) {
        const text = readFileSync(join(root, 'packages/collector/lib/api', name, file), 'utf8')
        const made = text.matchAll(/new ApiError\(\s*\d{3},\s*'(\w+)'|'(cannot_\w+)'/g)
        for (const [, code, cannot] of made) codes.add(code ?? cannot ?? '')
      }
    }
    expect(codes.size).to.be.greaterThan(10)
    for (const code of codes) expect(page.text).to.include(`\`${code}\``)
  })
})

// The files of the page, and who gets them. The build makes them: npm run build.
import { expect } from 'chai'
import { type ClientRequestArgs, type IncomingHttpHeaders, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type Collector, type CollectorOptions, startCollector } from '../lib/index.js'

interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describe('the page', () => {
  let collector: Collector
  const start = async (options: CollectorOptions = {}) => {
    collector = await startCollector(options)
  }
  afterEach(() => collector.close())

  const get = (path: string, headers: Record<string, string> = HTML, method = 'GET') =>
    new Promise<Reply>((resolve, reject) => {
      const options: ClientRequestArgs = { host: '127.0.0.1', port: collector.port, path, headers }
      const outgoing = request({ ...options, method, agent: false }, (response) => {
        buffer(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          reject,
        )
      })
      outgoing.on('error', reject)
      outgoing.end()
    })

  it('is one document at the address of each view', async () => {
    await start()
    const paths = ['/', '/messages', '/people', '/people/user_id%3Au1', '/tables', '/health']
    for (const path of [...paths, '/tables/users', '/tables/web/users', '/?filter=type%3Atrack']) {
      const { status, headers, body } = await get(path)
      expect(status, path).to.equal(200)
      expect(headers['content-type'], path).to.equal('text/html; charset=utf-8')
      expect(body.toString(), path).to.include('<script type="module" src="/page/page.js">')
    }
    for (const path of ['/other', '/people/a/b', '/page/', '/page/index.html', '/page/../x']) {
      expect((await get(path)).status, path).to.equal(404)
    }
  })

  it('leaves health checks what they were: who wants no HTML gets JSON', async () => {
    await start()
    for (const path of ['/', '/health']) {
      for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }]) {
        const { headers: got, body } = await get(path, headers)
        expect(got['content-type'], path).to.equal('application/json')
        expect(JSON.parse(body.toString())).to.deep.equal({ success: true })
      }
    }
    const head = await get('/', HTML, 'HEAD')
    expect(head.status).to.equal(200)
    expect(head.body).to.have.length(0)
    expect((await get('/', HTML, 'POST')).status).to.equal(405)
  })

  it('lets nothing in but its own files, and be in no frame', async () => {
    await start()
    for (const path of ['/', '/page/page.js', '/page/page.css', '/page/icon.svg']) {
      const { headers } = await get(path)
      expect(headers['content-security-policy'], path)
        .to.include("default-src 'self'")
        .and.to.include("frame-ancestors 'none'")
      expect(headers['x-content-type-options'], path).to.equal('nosniff')
      expect(headers['referrer-policy'], path).to.equal('no-referrer')
    }
  })

  it('is refused to a foreign Host, and to pages of other origins', async () => {
    await start()
    for (const path of ['/', '/people', '/page/page.js']) {
      const foreignHost = await get(path, { ...HTML, host: 'evil.example' })
      expect(foreignHost.status, path).to.equal(403)
      expect(foreignHost.body.toString()).to.include('foreign_host')
      const foreignOrigin = await get(path, { ...HTML, origin: 'http://evil.example' })
      expect(foreignOrigin.status, path).to.equal(403)
      expect(foreignOrigin.body.toString()).to.include('foreign_origin')
    }
  })

  it('needs the token, which goes out of the address at once', async () => {
    await start({ token: 'a-long-token' })
    expect((await get('/people')).status).to.equal(401)
    expect((await get('/page/page.js')).status).to.equal(401)
    const { status, headers } = await get('/people?token=a-long-token&search=jane')
    expect(status).to.equal(303)
    expect(headers.location).to.equal('/people?search=jane')
    const [cookie = ''] = (headers['set-cookie']?.[0] ?? '').split(';')
    expect((await get('/people', { ...HTML, cookie })).status).to.equal(200)
    expect((await get('/page/page.js', { cookie })).status).to.equal(200)
  })

  it('weighs at most 60 KB compressed, and is sent so', async () => {
    await start()
    let weight = 0
    for (const path of ['/', '/page/page.js', '/page/page.css', '/page/icon.svg']) {
      const packed = await get(path, { ...HTML, 'accept-encoding': 'gzip, br' })
      const plain = await get(path)
      expect(packed.headers['content-encoding'], path).to.equal('gzip')
      expect(gunzipSync(packed.body).equals(plain.body), path).to.equal(true)
      expect(packed.body.length, path).to.be.at.most(gzipSync(plain.body).length)
      weight += packed.body.length
    }
    expect(weight).to.be.within(5_000, 60_000)
  })

  it('asks nobody else for anything', async () => {
    await start()
    for (const path of ['/', '/page/page.js', '/page/page.css', '/page/icon.svg']) {
      const text = (await get(path)).body
        .toString()
        .replaceAll(/http:\/\/www\.w3\.org\/[\w/]+/g, '')
      // What is shown as text to be copied names no host either: it is the page's own.
      expect(text.match(/\b(?:https?:)?\/\/[a-z][\w-]*\.[a-z]+/gi), path).to.equal(null)
    }
  })
})

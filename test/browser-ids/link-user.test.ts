// The server's user id reaches analytics.js as it is, and is forgotten again.
import { parseSetCookie } from 'cookie'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  ensureAnonymousId,
  forgetUser,
  linkUser,
  readIdentity,
} from '../../lib/browser-ids/index.js'
import { toId } from '../../lib/browser-ids/readers/id-rules.js'
import { BrowserJar, readByClassic, readByNext } from './browser-jar.js'
import {
  fastifyReply,
  fetchHeaders,
  koaContext,
  nodeRequest,
  nodeResponse,
  overHttp,
} from './responses.js'

const valueOf = (setCookie: string): string => /=([^;]*)/.exec(setCookie)![1]!

describe('linkUser', () => {
  const link = (id: string | number, options = {}): string => {
    const { response, setCookies } = nodeResponse()
    expect(linkUser(response, id, options)).to.equal(true)
    expect(setCookies()).to.have.length(1)
    return setCookies()[0]!
  }

  it('sets the cookie that analytics.js would', () => {
    expect(link('user-42')).to.equal(
      'ajs_user_id=user-42; Max-Age=31536000; Domain=example.test; Path=/; SameSite=Lax',
    )
    expect(link('u', { userCookie: 'mine', domain: 'a.example.test' })).to.match(
      /^mine=u; .*Domain=a\.example\.test/,
    )
  })

  const odd = [
    'ABC 123;é"x',
    'a%20b',
    '日本語 🙂',
    '100%',
    '1e3',
    '12345678901234567890',
    '{"a":1}',
    'true',
    '"quoted"',
    '"half',
    ' 42 ',
    '-0',
    '[1]',
    'joe@example.com',
    "it's (odd)*!",
    'a=b&c=d',
    '\\',
    '',
  ].filter((id) => id !== '')
  for (const id of odd) {
    it(`is read back identically: ${id}`, () => {
      const plain = valueOf(link(id))
      expect(readByNext(plain)).to.equal(id)
      expect(readIdentity(`ajs_user_id=${plain}`).userId).to.equal(id)
      const classic = valueOf(link(id, { classic: true }))
      expect(readByClassic(classic)).to.equal(id)
      expect(readByNext(classic)).to.equal(id)
      expect(readIdentity(`ajs_user_id=${classic}`).userId).to.equal(id)
    })
  }

  it('is read back identically, whatever the id', () => {
    const ids = fc.string({ unit: 'binary', minLength: 1 }).filter((id) => toId(id) === id)
    fc.assert(
      fc.property(ids, fc.boolean(), (id, classic) => {
        const value = valueOf(link(id, { classic }))
        expect(String(readByNext(value))).to.equal(id)
        expect(readIdentity(`ajs_user_id=${value}`).userId).to.equal(id)
      }),
      { numRuns: 3_000 },
    )
  })

  it('writes a number as its decimal text', () => {
    expect(valueOf(link(42))).to.equal('42')
  })

  it('takes the host from the request that the response, or the option, names', () => {
    for (const { response, setCookies } of [koaContext(), fastifyReply()]) {
      expect(linkUser(response, 'u')).to.equal(true)
      expect(parseSetCookie(setCookies()[0]!).domain).to.equal('example.test')
    }
    const { response, setCookies } = fetchHeaders()
    linkUser(response, 'u', { request: new Request('https://www.example.org/') })
    expect(parseSetCookie(setCookies()[0]!).domain).to.equal('example.org')
    expect(() => linkUser(new Headers(), 'u')).to.throw(
      TypeError,
      /option request is undefined; allowed: a request, or the option domain/,
    )
  })

  it('replaces what the same response set before', () => {
    const { response, setCookies } = nodeResponse()
    forgetUser(nodeRequest(), response)
    linkUser(response, 'u1')
    linkUser(response, 'u2')
    const jar = new BrowserJar('app.example.test')
    jar.store(setCookies())
    expect(jar.header()).to.equal('ajs_user_id=u2')
  })

  it('ends a second cookie of the host', () => {
    const jar = new BrowserJar('app.example.test')
    jar.store(['ajs_user_id=old; Path=/', 'ajs_user_id=older; Domain=example.test; Path=/'])
    const { response, setCookies } = nodeResponse(nodeRequest({ cookie: jar.header() }))
    linkUser(response, 'new')
    jar.store(setCookies())
    expect(jar.header()).to.equal('ajs_user_id=new')
  })

  it('returns false if it came too late', async () => {
    const { setCookies, body } = await overHttp((request, response) => {
      response.write('x')
      response.end(`${String(linkUser(response, 'u'))} ${String(forgetUser(request, response))}`)
    })
    expect(body).to.equal('xfalse false')
    expect(setCookies).to.deep.equal([])
  })
})

describe('an id that begins with a quotation mark', () => {
  // Without quotes around it, the reader would take the mark for one whose end got lost.
  for (const id of ['"5cdfae83-6420-4c61-aed5-e77bff41cb9c', '"u', '"u"']) {
    it(`is read back as it was linked: ${id}`, () => {
      const { response, setCookies } = nodeResponse()
      linkUser(response, id)
      const value = /=([^;]*)/.exec(setCookies()[0]!)![1]!
      expect(readIdentity(`ajs_user_id=${value}`).userId).to.equal(id)
    })
  }
})

describe('a user id that is a large number', () => {
  it('is linked by the digits with which messages send it', () => {
    const { response, setCookies } = nodeResponse()
    linkUser(response, 1e21)
    const value = /=([^;]*)/.exec(setCookies()[0]!)![1]!
    expect(readIdentity(`ajs_user_id=${value}`).userId).to.equal('1000000000000000000000')
  })
})

describe('forgetUser', () => {
  it('expires the cookies of the domain and of the host, and keeps those of others', () => {
    const { response, setCookies } = nodeResponse()
    response.setHeader('Set-Cookie', 'session=; Path=/; Max-Age=0')
    forgetUser(nodeRequest(), response)
    const expired = setCookies().map((text) => parseSetCookie(text))
    expect(expired.map(({ name, domain }) => `${name} ${domain ?? '-'}`)).to.deep.equal([
      'session -',
      'ajs_anonymous_id example.test',
      'ajs_anonymous_id -',
      'ajs_user_id example.test',
      'ajs_user_id -',
      'ajs_group_id example.test',
      'ajs_group_id -',
    ])
    for (const { value, maxAge, path } of expired) {
      expect({ value, maxAge, path }).to.deep.equal({ value: '', maxAge: 0, path: '/' })
    }
  })

  it('has one place to clear on localhost', () => {
    const { response, setCookies } = nodeResponse()
    forgetUser(nodeRequest({ host: 'localhost:3000' }), response)
    expect(setCookies()).to.have.length(3)
  })

  it('clears the legacy cookies that would be read in their stead, and names of the app', () => {
    const jar = new BrowserJar('app.example.test')
    jar.store(['_sio=a----u; Domain=example.test; Path=/', 'ajs_user=u; Path=/', 'mine=u; Path=/'])
    const { response, setCookies } = nodeResponse()
    forgetUser(nodeRequest({ cookie: jar.header() }), response, { userCookie: 'mine' })
    jar.store(setCookies())
    expect(jar.header()).to.equal('')
  })

  it('takes back what the response was about to set, and is not undone by ensureAnonymousId', () => {
    const request = nodeRequest()
    const { response, setCookies } = nodeResponse(request)
    const id = ensureAnonymousId(request, response)
    linkUser(response, 'u')
    forgetUser(request, response)
    expect(ensureAnonymousId(request, response)).to.be.a('string').and.not.equal('')
    expect(id).to.be.a('string')
    const jar = new BrowserJar('app.example.test')
    jar.store(setCookies())
    expect(jar.header()).to.equal('')
  })
})

// The cookies of analytics.js: quoted ids, reuse, a new visitor, a reset (Segment: Analytics.js).
import { parseSetCookie } from 'cookie'
import { expect } from 'chai'
import {
  ensureAnonymousId,
  forgetUser,
  linkUser,
  readAnonymousId,
  readIdentity,
} from '../../lib/browser-ids/index.js'
import { BrowserJar } from './browser-jar.js'
import { fetchHeaders, nodeRequest, nodeResponse, overHttp } from './responses.js'

const ID = '39ee7ea5-b6d8-4174-b612-04e1ef3fa952'
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('a quoted anonymous id and an unquoted one are the same', () => {
  for (const value of [`%22${ID}%22`, ID, `"${ID}"`]) {
    it(value, () => {
      expect(readAnonymousId(`ajs_anonymous_id=${value}`)).to.equal(ID)
    })
  }
})

describe('an existing cookie is reused', () => {
  for (const value of [ID, `%22${ID}%22`, 'any-id-of-the-page']) {
    it(`with no Set-Cookie: ${value}`, async () => {
      const { setCookies, body } = await overHttp(
        (request, response) => {
          response.end(ensureAnonymousId(request, response))
        },
        { cookie: `a=b; ajs_anonymous_id=${value}` },
      )
      expect(body).to.equal(value.replaceAll('%22', ''))
      expect(setCookies).to.deep.equal([])
    })
  }
})

describe('a visitor without an id gets one', () => {
  it('a UUID v4, for a year, for all paths, SameSite=Lax, readable by scripts', async () => {
    const { setCookies, body } = await overHttp((request, response) => {
      response.end(ensureAnonymousId(request, response, { domain: 'example.com' }))
    })
    expect(body).to.match(UUID_V4)
    expect(setCookies).to.have.length(1)
    expect(parseSetCookie(setCookies[0]!)).to.deep.equal({
      name: 'ajs_anonymous_id',
      value: body,
      domain: 'example.com',
      path: '/',
      maxAge: 31_536_000,
      sameSite: 'lax',
    })
  })

  it('another one each', () => {
    const ids = Array.from({ length: 100 }, () =>
      ensureAnonymousId(nodeRequest(), nodeResponse().response),
    )
    expect(new Set(ids)).to.have.length(100)
  })
})

describe('after a reset on the server', () => {
  it('the cookies of user, group and anonymous id are expired, and the next visit has a new id', () => {
    const jar = new BrowserJar('app.example.test')
    const visit = (act: (request: Request, headers: Headers) => void): string => {
      const request = new Request('https://app.example.test/', {
        headers: { cookie: jar.header() },
      })
      const { response, setCookies } = fetchHeaders()
      const id = ensureAnonymousId(request, response)
      act(request, response)
      jar.store(setCookies())
      return id
    }
    const first = visit((request, headers) => linkUser(headers, 'u1', { request }))
    jar.store(['ajs_group_id=g1; Domain=example.test; Path=/', 'ajs_user_id=u1; Path=/'])
    expect(readIdentity(jar.header())).to.include({
      anonymousId: first,
      userId: 'u1',
      groupId: 'g1',
    })

    expect(visit((request, headers) => forgetUser(request, headers))).to.equal(first)
    expect(jar.header()).to.equal('')

    const second = visit(() => undefined)
    expect(second).to.match(UUID_V4).and.not.equal(first)
    expect(readIdentity(jar.header())).to.deep.equal({ source: 'segment', anonymousId: second })
  })
})

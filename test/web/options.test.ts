// What is wrong with the options is told when the middleware is made.

import { inspect } from 'node:util'
import { expect } from 'chai'
import { Analytics } from '../../lib/index.js'
import * as ofExpress from '../../lib/web/express.js'
import * as ofFastify from '../../lib/web/fastify.js'
import * as ofFetch from '../../lib/web/fetch.js'
import * as ofKoa from '../../lib/web/koa.js'

const analytics = new Analytics({ writeKey: 'abc123', disable: true })

describe('the options of requestAnalytics', () => {
  for (const [name, { requestAnalytics }] of Object.entries({
    express: ofExpress,
    koa: ofKoa,
    fastify: ofFastify,
    fetch: ofFetch,
  })) {
    const make = requestAnalytics as (analytics: unknown, options?: unknown) => unknown

    for (const [what, options, message] of [
      ['issue', { issue: 'yes' }, /option issue is a string; allowed: true, false, or a function/],
      [
        'trustUserId',
        { trustUserId: true },
        /option trustUserId is a boolean; allowed: a function/,
      ],
      ['consent', { consent: 'all' }, /option consent is a string; allowed: a function/],
      ['ip', { ip: true }, /option ip is a boolean; allowed: false, or a function/],
      ['domain', { domain: 'com' }, /option domain is .*; allowed: a domain/],
      ['secure', { secure: 1 }, /option secure is .*; allowed: true or false/],
      ['sdks', { sdks: ['nobody'] }, /option sdks\[0\] is .*; allowed: one of/],
      ['null', null, /options is null; allowed: an object/],
      ['a function', () => 1, /options is a function; allowed: an object/],
    ] as const) {
      it(`${name}: ${what} is refused`, () => {
        expect(() => make(analytics, options)).to.throw(TypeError, message)
      })
    }

    for (const client of [undefined, null, 'abc123', {}]) {
      it(`${name}: ${inspect(client)} is no client`, () => {
        expect(() => make(client)).to.throw(TypeError, /requestAnalytics was given .*a client/)
      })
    }

    it(`${name}: undefined options are defaults`, () => {
      expect(() => make(analytics, { issue: undefined, ip: undefined })).not.to.throw()
      expect(() => make(analytics, undefined)).not.to.throw()
    })
  }

  it('withAnalytics checks them too', () => {
    const handler = (): Response => new Response()
    expect(() => ofFetch.withAnalytics(analytics, handler, { issue: 1 as never })).to.throw(
      TypeError,
      /option issue/,
    )
  })
})

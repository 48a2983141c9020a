// What a request's own analytics sends of the request, in each framework.

import { expect } from 'chai'
import { ask, sites } from './sites.js'
import { withSite } from './visits.js'

const id = 'b14011a5-fbdb-46ca-a67c-794d2e8eb9b5'

describe("the context of a request's own analytics", () => {
  for (const [name, start] of Object.entries(sites)) {
    describe(name, () => {
      it('has the anonymousId of the cookie, and what the request says of itself', () =>
        withSite(start, {}, async ({ site, messages }) => {
          await ask(site, '/a/b?x=1&utm_source=news&utm_campaign=spring%20sale&utm_medium=email', {
            Cookie: `theme=dark; ajs_anonymous_id=${id}; ajs_user_id=user-42`,
            'User-Agent': 'Mozilla/5.0 (test)',
            'Accept-Language': 'de-AT,de;q=0.9,en;q=0.8',
            Referer: 'https://search.example/?q=shoes',
          })
          const [message] = await messages()
          expect(message).to.include({ anonymousId: id, event: 'Visited' })
          expect(message).not.to.have.property('userId')
          const { library, ...context } = message!.context!
          expect(library).to.have.property('name', 'selfsame')
          const search = '?x=1&utm_source=news&utm_campaign=spring%20sale&utm_medium=email'
          expect(context).to.deep.equal({
            ip: '127.0.0.1',
            userAgent: 'Mozilla/5.0 (test)',
            locale: 'de-AT',
            page: {
              path: '/a/b',
              search,
              url: `http://localhost:${site.port}/a/b${search}`,
              referrer: 'https://search.example/?q=shoes',
            },
            referrer: { url: 'https://search.example/?q=shoes' },
            campaign: { name: 'spring sale', source: 'news', medium: 'email' },
          })
        }))

      it('has no more than a request without headers says', () =>
        withSite(start, {}, async ({ site, messages }) => {
          await ask(site, '/', { Cookie: `ajs_anonymous_id=${id}` })
          const { library, ...context } = (await messages())[0]!.context!
          expect(library).to.have.property('name', 'selfsame')
          expect(context).to.deep.equal({
            ip: '127.0.0.1',
            page: { path: '/', search: '', url: `http://localhost:${site.port}/` },
          })
        }))

      const forwarded = {
        Cookie: `ajs_anonymous_id=${id}`,
        'X-Forwarded-For': '203.0.113.7',
        'X-Real-IP': '203.0.113.8',
        Forwarded: 'for=203.0.113.9',
      }

      it('believes no header about the ip', () =>
        withSite(start, {}, async ({ site, messages }) => {
          await ask(site, '/', forwarded)
          expect((await messages())[0]).to.have.nested.property('context.ip', '127.0.0.1')
        }))

      it('uses X-Forwarded-For if the framework is set to trust it', () =>
        withSite(start, { trustProxy: true }, async ({ site, messages }) => {
          await ask(site, '/', forwarded)
          expect((await messages())[0]).to.have.nested.property('context.ip', '203.0.113.7')
        }))

      it('has no ip with ip: false', () =>
        withSite(
          start,
          { options: { ip: false }, trustProxy: true },
          async ({ site, messages }) => {
            await ask(site, '/', forwarded)
            expect((await messages())[0]!.context).not.to.have.property('ip')
          },
        ))

      it('has the ip that a function says', () =>
        withSite(start, { options: { ip: () => '192.0.2.0' } }, async ({ site, messages }) => {
          await ask(site, '/', forwarded)
          expect((await messages())[0]).to.have.nested.property('context.ip', '192.0.2.0')
        }))
    })
  }

  for (const name of ['Express 4', 'Express 5', 'Koa 2', 'Koa 3', 'Fastify 5']) {
    it(`${name}: the url is of the host and protocol that a trusted proxy was asked for`, () =>
      withSite(sites[name]!, { trustProxy: true }, async ({ site, messages }) => {
        const headers = {
          Host: 'shop.example.internal:3000',
          'X-Forwarded-Host': 'shop.example',
          'X-Forwarded-Proto': 'https',
          Cookie: `ajs_anonymous_id=${id}`,
        }
        await ask(site, '/cart', headers)
        expect((await messages())[0]).to.have.nested.property(
          'context.page.url',
          'https://shop.example/cart',
        )
      }))

    it(`${name}: a forged X-Forwarded-For is no ip`, () =>
      withSite(sites[name]!, { trustProxy: true }, async ({ site, messages }) => {
        const headers = {
          Cookie: `ajs_anonymous_id=${id}`,
          'X-Forwarded-For': 'x'.repeat(10_000),
        }
        await ask(site, '/', headers)
        expect((await messages())[0]!.context).not.to.have.property('ip')
      }))
  }
})

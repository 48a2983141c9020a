// The url of a collector is one that a client on the same machine can connect to.

import { expect } from 'chai'
import { Endpoint } from '../lib/http/endpoint.js'
import { startCollector } from '../lib/index.js'
import { settle } from '../lib/http/options.js'

describe('the url of a collector', () => {
  it('on all addresses of IPv4 is that of this machine', async () => {
    const collector = await startCollector({ host: '0.0.0.0' })
    try {
      const { hostname } = new URL(collector.url)
      expect(hostname).to.equal('127.0.0.1')
      expect((await fetch(collector.url)).status).to.be.within(200, 499)
    } finally {
      await collector.close()
    }
  })

  // A machine may have no IPv6 to listen on.
  for (const [host, url] of [
    ['::', 'http://[::1]:8080'],
    ['::1', 'http://[::1]:8080'],
    ['fe80::1', 'http://[fe80::1]:8080'],
  ] as const) {
    it(`on ${host} is ${url}`, () => {
      const ignore = (): void => undefined
      const endpoint = new Endpoint(settle({ host, port: 8080 }), ignore, ignore)
      expect(endpoint.url).to.equal(url)
    })
  }
})

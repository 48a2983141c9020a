// Options: their defaults, and what a wrong one says.

import { expect } from 'chai'
import fc from 'fast-check'
import { url } from '../../lib/client/options/destination.js'
import { Agent } from 'node:https'
import { Analytics, type AnalyticsOptions } from '../../lib/index.js'
import { readOptions } from '../../lib/client/options/read-options.js'
import { warningsOf } from '../support/warnings.js'

describe('the defaults', () => {
  it('are those of the design', () => {
    const { NODE_ENV } = process.env
    delete process.env.NODE_ENV
    expect(readOptions({ writeKey: 'k' })).to.deep.include({
      url: 'https://api.segment.io/v1/batch',
      flushAt: 100,
      flushInterval: 10_000,
      maxBatchSize: 2_500,
      maxBatchBytes: 491_520,
      maxMessageBytes: 32_768,
      maxQueueBytes: 67_108_864,
      overflow: 'drop-newest',
      maxInFlight: 1,
      httpRequestTimeout: 10_000,
      maxRetries: 10,
      maxRetryDuration: 43_200_000,
      gzip: false,
      flushOnExit: true,
      exitTimeout: 10_000,
      onInvalid: 'throw',
      disable: false,
      context: undefined,
      integrations: undefined,
      httpClient: undefined,
      oauth: undefined,
    })
    process.env.NODE_ENV = 'production'
    expect(readOptions({ writeKey: 'k' }).onInvalid).to.equal('report')
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  })

  it('an option that is undefined has its default', () => {
    expect(readOptions({ writeKey: 'k', flushAt: undefined, host: undefined })).to.include({
      flushAt: 100,
      url: 'https://api.segment.io/v1/batch',
    })
  })
})

describe('a wrong option is a TypeError that names it, the value and what is allowed', () => {
  for (const [options, text] of [
    [{ writeKey: undefined }, /^option writeKey is undefined; allowed: a non-empty string$/],
    [{ writeKey: '' }, /^option writeKey is an empty string/],
    [{ writeKey: 42 }, /^option writeKey is a number/],
    [{ writeKey: 'k\n' }, /^option writeKey is a string with white space/],
    [
      { host: 'api.segment.io' },
      /^option host is "api.segment.io"; allowed: an http: or https: URL/,
    ],
    [{ host: 'ftp://x' }, /^option host is "ftp:\/\/x"/],
    [{ host: 42 }, /^option host is 42/],
    [{ host: 'https://user:pass@x' }, /^option host is a URL with a user or a password/],
    [{ host: 'https://x/?key=1' }, /^option host is a URL with a query or a fragment/],
    [{ host: 'https://x?' }, /^option host is a URL with a query or a fragment/],
    [{ host: 'https://x/#top' }, /^option host is a URL with a query or a fragment/],
    [{ path: 5 }, /^option path is a number/],
    [{ path: '//example.com/v1/batch' }, /^option path is ".*"; allowed: a path on the host/],
    [{ path: '/\\example.com' }, /^option path is .*; allowed: a path on the host/],
    [{ path: '\\\\example.com' }, /^option path is .*; allowed: a path on the host/],
    [{ path: '/\t/example.com' }, /^option path is .*; allowed: a path on the host/],
    [{ path: '///example.com' }, /^option path is .*; allowed: a path on the host/],
    [{ flushAt: 0 }, /^option flushAt is 0; allowed: a whole number, 1 or more$/],
    [{ flushAt: 1.5 }, /^option flushAt is 1.5/],
    [{ flushAt: '20' }, /^option flushAt is "20"/],
    [{ flushAt: NaN }, /^option flushAt is NaN/],
    [{ flushAt: Infinity }, /^option flushAt is Infinity/],
    [{ flushAt: null }, /^option flushAt is null/],
    [
      { flushInterval: 2 ** 31 },
      /^option flushInterval is 2147483648; allowed: a whole number, 1 to 2147483647$/,
    ],
    [
      { maxBatchBytes: 10 },
      /^option maxBatchBytes is 10; allowed: a whole number, 1024 to 67108864$/,
    ],
    [
      { maxRetries: -1 },
      /^option maxRetries is -1; allowed: a whole number, 0 or more, or Infinity$/,
    ],
    [{ overflow: 'drop' }, /^option overflow is "drop"; allowed: 'drop-newest' or 'drop-oldest'$/],
    [{ gzip: 1 }, /^option gzip is 1; allowed: true or false$/],
    [{ gzip: true, httpClient: fetch }, /^option gzip is true; allowed: false with an httpClient/],
    [{ onInvalid: 'ignore' }, /^option onInvalid is "ignore"/],
    [{ disable: 'no' }, /^option disable is "no"/],
    [{ context: [] }, /^option context is an array/],
    [{ context: { n: 1n } }, /^option context is an object that cannot be written as JSON/],
    [{ integrations: 'All' }, /^option integrations is a string/],
    [
      { httpClient: {} },
      /^option httpClient is an object; allowed: a function like fetch, or an object with makeRequest\(\)$/,
    ],
    [{ httpClient: null }, /^option httpClient is null/],
    [{ proxy: 'http://x' }, /^option proxy is a string/],
    [{ httpsAgent: {} }, /^option httpsAgent is an object/],
  ] as const) {
    it(
      JSON.stringify(options, (_key, value: unknown) =>
        typeof value === 'bigint' ? `${value}n` : value,
      ),
      () => {
        expect(
          () =>
            new Analytics({
              ...('writeKey' in options ? {} : { writeKey: 'k' }),
              ...options,
            } as never),
        ).to.throw(TypeError, text)
      },
    )
  }

  for (const options of [undefined, null, 'key', 42]) {
    it(String(options), () => {
      expect(() => new Analytics(options as never)).to.throw(
        TypeError,
        /^Analytics was given .+; allowed: an object of options$/,
      )
    })
  }

  it('the write key is never repeated, nor a password', () => {
    for (const options of [
      { writeKey: ' secret ' },
      { writeKey: 'k', host: 'https://u:secret@x' },
      { writeKey: 'k', host: 'u:secret@x' },
    ]) {
      expect(() => new Analytics(options))
        .to.throw(TypeError)
        .with.property('message')
        .that.does.not.include('secret')
    }
  })
})

describe('other options', () => {
  it('an unknown one is warned of, for it may be a typing error', async () => {
    const warnings = await warningsOf(
      () => new Analytics({ writeKey: 'k', flushat: 1 } as AnalyticsOptions),
    )
    expect(warnings.map(({ message }) => message)).to.deep.equal([
      'Analytics does not know the option flushat; see docs/options.md',
    ])
  })

  it('the older names of @segment/analytics-node are understood', () => {
    expect(readOptions({ writeKey: 'k', maxEventsInBatch: 7 }).flushAt).to.equal(7)
    expect(readOptions({ writeKey: 'k', maxEventsInBatch: 7, flushAt: 8 }).flushAt).to.equal(8)
    expect(readOptions({ writeKey: 'k', maxTotalBackoffDuration: 60 }).maxRetryDuration).to.equal(
      60_000,
    )
    expect(
      readOptions({ writeKey: 'k', maxRateLimitDuration: 90, maxTotalBackoffDuration: 60 })
        .maxRetryDuration,
    ).to.equal(90_000)
  })

  it('agents and proxies are taken as they are', () => {
    const httpsAgent = new Agent()
    const proxy = { host: 'proxy', port: 3128 }
    expect(readOptions({ writeKey: 'k', httpsAgent, proxy }).connection).to.deep.equal({
      httpAgent: undefined,
      httpsAgent,
      proxy,
    })
    expect(readOptions({ writeKey: 'k', proxy: false }).connection.proxy).to.equal(false)
  })
})

describe('the host that gets the write key', () => {
  const urlOf = (options: object): string => url({ writeKey: 'KEY', ...options })

  for (const path of [
    '//evil.example/v1/batch',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '\t//evil.example',
    '\n//evil.example',
    ' //evil.example',
    '/\r\n/evil.example',
    'https://evil.example/v1',
    'HTTPS://evil.example',
    '//user:password@evil.example',
    '/v1/batch#part',
  ]) {
    it(`is no other host's, by path ${JSON.stringify(path)}`, () => {
      expect(() => urlOf({ path })).to.throw(TypeError, /^option path is .+; allowed: a path on/)
    })
  }

  it('is the host given, whatever else a path looks like', () => {
    const host = 'https://api.example.com'
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...'/\\@:?#.\t\n '), fc.string({ maxLength: 3 }))),
        (parts) => {
          try {
            expect(new URL(urlOf({ host, path: parts.join('') })).origin).to.equal(host)
          } catch (error) {
            expect(error).to.be.instanceOf(TypeError)
          }
        },
      ),
    )
    for (const path of [
      '@evil.example',
      '.evil.example',
      ':80@evil.example',
      '/a//b',
      '?a=//b',
      '',
    ])
      expect(new URL(urlOf({ host, path })).host, path).to.equal('api.example.com')
  })

  it('is the host given, whatever the path of that is', () => {
    expect(urlOf({ host: 'https://api.example.com//evil.example' })).to.equal(
      'https://api.example.com//evil.example/v1/batch',
    )
  })

  for (const host of [
    'https://api.example.com?key=1',
    'https://api.example.com/?',
    'https://api.example.com#part',
    'https://api.example.com/a?b#c',
  ]) {
    it(`is not guessed from ${host}`, () => {
      expect(() => urlOf({ host })).to.throw(
        TypeError,
        /^option host is a URL with a query or a fragment; allowed: /,
      )
    })
  }
})

describe('a client that is disabled', () => {
  it('needs no key, and calls back', async () => {
    for (const options of [{ disable: true }, { disable: true, writeKey: undefined }] as const) {
      const analytics = new Analytics(options)
      const called = await new Promise((resolve) => {
        analytics.track({ userId: 'u1', event: 'E' }, (error) => resolve(error))
      })
      expect(called).to.equal(undefined)
      expect(await analytics.close()).to.deep.equal({ delivered: 0, failed: 0, pending: 0 })
    }
    expect(() => new Analytics({ disable: true, writeKey: 42 } as never)).to.throw(
      'option writeKey',
    )
  })
})

describe('the option delivery', () => {
  for (const [what, wrong] of [
    ['some function', () => undefined],
    ['an object', {}],
    ['a name', 'bullmq'],
  ] as const) {
    it(`is refused if it is ${what}`, () => {
      expect(() => readOptions({ writeKey: 'k', delivery: wrong as never })).to.throw(
        TypeError,
        /^option delivery is .*; allowed: bullmq\({ connection }\), or graphileWorker\({ pool }\)$/,
      )
    })
  }
})

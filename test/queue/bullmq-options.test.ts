// Which options of BullMQ's queue are refused, and what a connection is called in messages.

import { expect } from 'chai'
import { Cluster, Redis } from 'ioredis'
import { bullmq, startWorker, type BullmqOptions } from '../../lib/queue/bullmq/index.js'

const lazyConnect = true

describe('the options of bullmq()', () => {
  for (const [what, wrong, option] of [
    ['a URL that is wrong', { connection: 'http://localhost' }, 'connection '],
    ['no connection', {}, 'connection '],
    ['no options', undefined, 'connection '],
    ['an array as connection', { connection: [] }, 'connection '],
    ['a Map as connection', { connection: new Map() }, 'connection '],
    ['a URL object as connection', { connection: new URL('redis://h') }, 'connection '],
    ['a URL among options', { connection: { url: 'http://h' } }, 'connection.url '],
    [
      'a URL object among options',
      { connection: { url: new URL('redis://h') } },
      'connection.url ',
    ],
    ['a keyPrefix', { connection: { keyPrefix: 'app:' } }, 'connection.keyPrefix '],
    ['a keyPrefix in a URL', { connection: 'redis://h?keyPrefix=app:' }, 'connection.keyPrefix '],
    [
      'a keyPrefix',
      { connection: new Redis({ lazyConnect, keyPrefix: 'app:' }) },
      'connection.keyP',
    ],
    ['0 lanes', { connection: 'redis://h', lanes: 0 }, 'lanes '],
    ['a source with a space', { connection: 'redis://h', source: 'a b' }, 'source '],
    ['a name with a colon', { connection: 'redis://h', name: 'a:b' }, 'name '],
  ] as const) {
    it(`refuse ${what}`, () => {
      expect(() => bullmq(wrong as unknown as BullmqOptions)).to.throw(
        TypeError,
        `option ${option}`,
      )
    })
  }

  it('show no password in an error', () => {
    for (const url of ['ftp://me:sesame@host', 'redis://me:sesame@host:99999']) {
      expect(() => bullmq({ connection: url })).to.throw(/^(?!.*sesame)/)
      expect(() => bullmq({ connection: { url } })).to.throw(/^(?!.*sesame)/)
    }
  })

  const nodes = ['redis://:sesame@a:7001', { host: 'b', port: 7002 }]
  for (const [connection, place] of [
    ['redis://me:sesame@h', 'Redis at h:6379'],
    ['rediss://h:1/2', 'Redis at h:1, database 2'],
    ['redis://[::1]:1', 'Redis at [::1]:1'],
    [{}, 'Redis at localhost:6379'],
    [{ url: 'redis://h/1' }, 'Redis at h:6379, database 1'],
    [{ host: 'h', db: 3, password: 'sesame' }, 'Redis at h:6379, database 3'],
    [{ path: '/run/redis.sock', db: 1 }, 'Redis at /run/redis.sock, database 1'],
    [new Redis('redis://:sesame@h/4', { lazyConnect }), 'Redis at h:6379, database 4'],
    [{ sentinels: [{ host: 's' }], name: 'mine' }, 'Redis mine of the Sentinel at s:26379'],
    [new Cluster(nodes, { lazyConnect }), 'Redis Cluster at a:7001'],
    [new Cluster([7003], { lazyConnect }), 'Redis Cluster at localhost:7003'],
  ] as const) {
    it(`know ${place}`, () => {
      const { place: shown, target } = bullmq({ connection } as BullmqOptions)
      expect(shown).to.equal(place)
      expect(target).to.include(place).and.not.to.include('sesame')
    })
  }
})

describe('a connection for a worker of BullMQ', () => {
  const sources = { web: 'k' }

  it('must wait for ever', () => {
    const connection = new Redis({ lazyConnect })
    expect(() => startWorker({ connection, sources })).to.throw(
      TypeError,
      'option connection.maxRetriesPerRequest is 20; allowed: null in a worker',
    )
    const redisOptions = { maxRetriesPerRequest: 3 }
    const cluster = new Cluster([7001], { lazyConnect, redisOptions })
    expect(() => startWorker({ connection: cluster, sources })).to.throw(
      TypeError,
      'option connection.redisOptions.maxRetriesPerRequest is 3; allowed: null in a worker',
    )
  })

  it('has no prefix of its own', () => {
    const connection = new Redis({ lazyConnect, keyPrefix: 'app:', maxRetriesPerRequest: null })
    expect(() => startWorker({ connection, sources })).to.throw(
      TypeError,
      'option connection.keyPrefix is "app:"; allowed: none; use the option prefix',
    )
  })
})

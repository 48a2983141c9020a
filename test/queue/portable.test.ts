// Which connections another process can open, too.

import { createSecureContext } from 'node:tls'
import { expect } from 'chai'
import { Cluster, Redis } from 'ioredis'
import { Pool } from 'pg'
import { packConnection } from '../../lib/queue/bullmq/packed-bullmq.js'
import { packPool } from '../../lib/queue/graphile-worker/packed-graphile.js'
import { unpack } from '../../lib/runtime/packed.js'

/** As it arrives. */
const carried = (packed: unknown): unknown => unpack(JSON.parse(JSON.stringify(packed)))

describe('a connection for another process', () => {
  it('to Redis has the options of a connection, without those for a longer life', () => {
    const redis = new Redis({
      host: 'h',
      password: 'p',
      tls: { ca: Buffer.of(1) },
      lazyConnect: true,
    })
    const { connection } = carried(packConnection(redis)) as { connection: object }
    expect(connection).to.deep.include({ host: 'h', password: 'p', tls: { ca: Buffer.of(1) } })
    expect(connection).to.not.have.any.keys('retryStrategy', 'sentinelRetryStrategy')
  })

  it('to a Redis Cluster has its nodes and its options', () => {
    const nodes = ['redis://a:1', { host: 'b', port: 2 }]
    const cluster = new Cluster(nodes, { lazyConnect: true, redisOptions: { password: 'p' } })
    const packed = carried(packConnection(cluster)) as { connection: object; nodes: unknown }
    expect(packed.nodes).to.deep.equal(nodes)
    expect(packed.connection).to.deep.include({ redisOptions: { password: 'p' } })
  })

  it('to PostgreSQL has what pg hides', () => {
    const ssl = { key: 'a key', ca: Buffer.of(2) }
    const pool = new Pool({ host: 'h', password: 'p', ssl })
    const packed = carried(packPool(pool))
    expect(packed).to.deep.include({
      host: 'h',
      password: 'p',
      ssl: { ca: Buffer.of(2), key: 'a key' },
    })
  })

  it('cannot have functions', () => {
    const checkServerIdentity = (): undefined => undefined
    expect(() => packConnection({ tls: { checkServerIdentity } })).to.throw(
      'the option tls.checkServerIdentity is a function',
    )
    const password = (): string => 'p'
    expect(() => packPool(new Pool({ password }))).to.throw('the option password is a function')
  })

  it('cannot have objects of a class', () => {
    const secureContext = createSecureContext()
    expect(() => packConnection({ tls: { secureContext } })).to.throw(
      'the option tls.secureContext has a class of its own',
    )
    expect(() => packPool({ query: () => undefined })).to.throw('the pool is not one of pg')
  })
})

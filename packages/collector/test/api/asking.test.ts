// What can be asked within the process.
import { expect } from 'chai'
import { FilterError } from '../../../../lib/spec/filter/filter.js'
import { inEachStore } from './support.js'

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}

inEachStore('asking in the process', (bench) => {
  it('finds messages, in the order in which they came', async () => {
    await bench().take([{ userId: 'u1' }, { userId: 'u2' }, { userId: 'u1' }])
    const { asking } = bench()
    const ids = async (...args: Parameters<typeof asking.findMessages>) =>
      (await asking.findMessages(...args)).map(({ messageId }) => messageId)
    expect(await ids()).to.deep.equal(['m1', 'm2', 'm3'])
    expect(await ids('user:u1')).to.deep.equal(['m1', 'm3'])
    expect(await ids('', { limit: 2 })).to.deep.equal(['m2', 'm3'])
    expect(await failure(asking.findMessages('is:lost'))).to.be.an.instanceOf(FilterError)
  })

  it('waits for the first message that matches', async () => {
    const { asking } = bench()
    const waiting = asking.waitFor('event:Paid', { timeout: 5000 })
    await bench().take([{ userId: 'u1' }])
    await bench().take([
      { userId: 'u1', event: 'Paid' },
      { userId: 'u1', event: 'Paid' },
    ])
    expect((await waiting).messageId).to.equal('m2')
    const again = await asking.waitFor('event:Paid', { timeout: 0 })
    expect(again.messageId).to.equal('m2')
  })

  it('lets many wait at once, without a warning of Node', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => warnings.push(warning)
    process.on('warning', note)
    const waits = Array.from({ length: 30 }, () => bench().asking.waitFor('', { timeout: 5000 }))
    const requests = Array.from({ length: 30 }, () => bench().get('/_/messages?wait=5000'))
    while (bench().arrivals.feed.waiting < 60) await new Promise(setImmediate)
    await bench().take([{ userId: 'u1' }])
    await Promise.all([...waits, ...requests])
    // A warning is emitted in a later tick.
    await new Promise(setImmediate)
    process.off('warning', note)
    expect(warnings).to.deep.equal([])
  })

  it('never takes what was discarded for a message that came', async () => {
    bench().refuse({ kind: 'discarded', message: { type: 'track', event: 'Paid' } })
    const error = await failure(bench().asking.waitFor('event:Paid', { timeout: 20 }))
    expect(error.message).to.equal(
      'waitFor: waited 20 ms; no message matched event:Paid; nothing had arrived',
    )
  })

  it('says what came instead, at the timeout and when the collector is closed', async () => {
    await bench().take([{ userId: 'u1' }, { type: 'identify', userId: 'u1' }])
    const late = await failure(bench().asking.waitFor('event:Paid', { timeout: 20 }))
    expect(late.message).to.include(
      'no message matched event:Paid; there were: track "Signed Up", identify',
    )
    const waiting = failure(bench().asking.waitFor('event:Paid', { timeout: Infinity }))
    bench().closed.abort()
    expect((await waiting).message).to.include('the collector is closed')
  })

  it('gives a person', async () => {
    await bench().take([
      { type: 'identify', anonymousId: 'a1', userId: 'u1', traits: { plan: 'x' } },
    ])
    const person = await bench().asking.profile('user_id:u1')
    expect(person!.traits).to.deep.equal({ plan: 'x' })
    expect(await bench().asking.profile('anonymous_id:a1')).to.deep.equal(person)
    expect(await bench().asking.profile(person!.id)).to.deep.equal(person)
    expect(await bench().asking.profile('user_id:u2')).to.equal(undefined)
    expect(await bench().asking.profile('user_id:u1', { space: 'main' })).to.deep.equal(person)
    await bench().take([{ userId: 'u1' }], { space: 'other' })
    const error = await failure(bench().asking.profile('user_id:u1'))
    expect(error.message).to.equal('name one of the spaces: "main", "other"')
    const other = await bench().asking.profile('user_id:u1', { space: 'other' })
    expect(other!.id).to.not.equal(person!.id)
    expect(await bench().asking.profile(person!.id, { space: 'other' })).to.equal(undefined)
  })

  it('gives nobody before anything has come', async () => {
    expect(await bench().asking.profile('user_id:u1')).to.equal(undefined)
    expect(await bench().asking.profile('use_x')).to.equal(undefined)
    expect(await bench().asking.table('users')).to.deep.equal([])
    expect(await bench().asking.findMessages()).to.deep.equal([])
  })

  it('gives the rows of a table', async () => {
    await bench().take([
      { type: 'identify', userId: 'u1', traits: { plan: 'basic' } },
      { type: 'identify', userId: 'u1', traits: { plan: 'premium' } },
    ])
    const users = await bench().asking.table('users')
    expect(users).to.have.length(1)
    expect(users[0]).to.deep.include({ id: 'u1', plan: 'premium' })
    expect(await bench().asking.table('identifies', { limit: 1 })).to.have.length(1)
    expect(await bench().asking.table('none')).to.deep.equal([])
  })
})

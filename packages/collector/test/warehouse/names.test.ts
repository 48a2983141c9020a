// Names of tables and columns. The cases are those of Segment's own tests (segmentio/go-snakecase), and what they leave open.
import { expect } from 'chai'
import fc from 'fast-check'
import { type Path, paths } from '../../lib/warehouse/paths.js'
import { joined, nameOf, snakeCase } from '../../lib/messages/snake-case.js'
import { eventTable } from '../../lib/warehouse/tables.js'

describe("Segment's names", () => {
  for (const [key, name] of [
    ['sample text', 'sample_text'],
    ['sample-text', 'sample_text'],
    ['sample_text', 'sample_text'],
    ['sample___text', 'sample_text'],
    ['sampleText', 'sample_text'],
    ['inviteYourCustomersAddInvites', 'invite_your_customers_add_invites'],
    ['sample 2 Text', 'sample_2_text'],
    ['   sample   2    Text   ', 'sample_2_text'],
    ['   $#$sample   2    Text   ', 'sample_2_text'],
    ['SAMPLE 2 TEXT', 'sample_2_text'],
    ['___$$Base64Encode', 'base64_encode'],
    ['FOO:BAR$BAZ', 'foo_bar_baz'],
    ['FOO#BAR#BAZ', 'foo_bar_baz'],
    ['something.com', 'something_com'],
    ['$something%', 'something'],
    ['•¶§ƒ˚foo˙∆˚¬', 'foo'],
    ['•¶§ƒ˚foo˙∆˚¬bar', 'foo_bar'],
    ['CStringRef', 'cstring_ref'],
    ['5test', '5test'],
    ['test5', 'test5'],
    ['THE5r', 'the5r'],
    ['5TEst', '5test'],
    ['_5TEst', '5test'],
    ['@%#&5TEst', '5test'],
    ['edf_6N', 'edf_6n'],
    ['f_pX9', 'f_p_x9'],
    ['p_z9Rg', 'p_z9_rg'],
    ['2FA Enabled', '2fa_enabled'],
    ['Enabled 2FA', 'enabled_2fa'],
    ['@49L0S145_¬fwHƒ0TSLNVp', '49l0s145_fw_h_0tslnvp'],
    ['lk0B@bFmjrLQ_Z6YL', 'lk0_b_b_fmjr_lq_z6yl'],
    ['samPLE text', 'sam_ple_text'],
    ['here\nis\na\nmultiline\nstring', 'here_is_a_multiline_string'],
    ['createdAt', 'created_at'],
    ['userID', 'user_id'],
    ['ShoeA Clicked', 'shoe_a_clicked'],
    ['iOS Opened', 'i_os_opened'],
  ] as const) {
    it(`${JSON.stringify(key)} is ${name}`, () => {
      expect(nameOf(key)).to.equal(name)
      expect(snakeCase(key)).to.equal(name)
    })
  }
})

describe('a name', () => {
  for (const [key, name] of [
    ['注文完了', '注文完了'],
    ['価格 1', '価格_1'],
    ['ЗаказОформлен', 'заказ_оформлен'],
    ['Σύνολο', 'σύνολο'],
    ['注文Completed', '注文_completed'],
    ['مرحبا بكم', 'مرحبا_بكم'],
  ] as const) {
    it(`keeps its letters if they are not Latin: ${key}`, () => {
      expect(nameOf(key)).to.equal(name)
    })
  }

  it('keeps its letters if the rule would leave nothing of it', () => {
    expect(nameOf('É')).to.equal('é')
  })

  it('is one for both ways to write a letter', () => {
    expect(nameOf('がく'.normalize('NFD'))).to.equal(nameOf('がく'))
    expect(nameOf('ЯJ\u030c')).to.equal(nameOf('я\u01f0'))
  })

  it('is a hash if there is no letter and no digit', () => {
    expect(nameOf('🎉')).to.match(/^name_[0-9a-f]{8}$/)
    expect(nameOf('🎉')).not.to.equal(nameOf('🔥'))
    expect(nameOf('')).to.match(/^name_[0-9a-f]{8}$/)
  })

  it('of 64 bytes and more is cut, and two with the same beginning do not meet', () => {
    const [one, other] = [nameOf(`${'long '.repeat(20)}a`), nameOf(`${'long '.repeat(20)}b`)]
    expect(one).to.have.length(63)
    expect(one).to.match(/^long_long_.*_[0-9a-f]{8}$/)
    expect(other).not.to.equal(one)
    expect(nameOf('x'.repeat(63))).to.equal('x'.repeat(63))
    expect(joined('context_page', 'x'.repeat(60))).to.have.length(63)
  })

  it('is cut between characters', () => {
    const name = nameOf('注文完了'.repeat(10))
    expect(Buffer.byteLength(name)).to.be.at.most(63)
    expect(name).to.match(/^[注文完了]+_[0-9a-f]{8}$/)
  })

  it('never needs more than quotes, whatever the key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (key) => {
        const name = nameOf(key)
        expect(name).to.match(/^[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}_]*[\p{L}\p{M}\p{N}])?$/u)
        expect(Buffer.byteLength(name)).to.be.at.most(63)
        expect(nameOf(key)).to.equal(name)
        expect(name).to.equal(name.toLowerCase())
      }),
      { numRuns: 500 },
    )
  })

  it('of hostile keys is harmless', () => {
    expect(nameOf('"; drop table users; --')).to.equal('drop_table_users')
    expect(nameOf('__proto__')).to.equal('proto')
    expect(nameOf('constructor')).to.equal('constructor')
  })
})

describe('the paths that are remembered', () => {
  function count(path: Path): number {
    return [...path.children.values()].reduce((sum, child) => sum + 1 + count(child), 0)
  }

  it('are no more than 10,000, however many keys are sent, and the long ones are not', () => {
    for (let i = 0; i < 25_000; i++) paths.child(paths.child(paths.top, `key ${i}`), 'inner')
    expect(count(paths.top) + count(paths.context)).to.be.within(1, 10_001)
    const before = count(paths.top)
    expect(paths.child(paths.top, 'long '.repeat(21)).column).to.have.length(63)
    expect(count(paths.top)).to.equal(before)
  })
})

describe('the table of an event', () => {
  for (const [event, table] of [
    ['Signed Up', 'signed_up'],
    ['Tracks', 'event_tracks'],
    ['Users', 'event_users'],
    ['Messages', 'event_messages'],
    ['People', 'event_people'],
    ['people messages', 'event_people_messages'],
    ['Violations', 'event_violations'],
    ['sqlite_master', 'event_sqlite_master'],
    ['pg_class', 'event_pg_class'],
    ['selfsame upserts', 'event_selfsame_upserts'],
    ['注文完了', '注文完了'],
  ] as const) {
    it(`${event}: ${table}`, () => {
      expect(eventTable(event)).to.equal(table)
    })
  }
})

// A message as code and as a command: what they send is the message again.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { runInNewContext } from 'node:vm'
import { codeOf, curlOf } from '../../lib/inspector/messages/code.js'

const HOSTILE = `it's "quoted" \`\${x}\` \\ \u2028 \u202e </script><img src=x onerror=alert(1)> \u0000 😀`

/** What the code calls, with what. */
function called(code: string): unknown[] {
  const calls: unknown[] = []
  const analytics = new Proxy({}, { get: (_, name) => (call: unknown) => calls.push([name, call]) })
  runInNewContext(code, { analytics })
  return JSON.parse(JSON.stringify(calls)) as unknown[]
}

describe('a message as code', () => {
  it('is the call that one would write', () => {
    const message = {
      type: 'track',
      messageId: 'm1',
      userId: 'u1',
      anonymousId: null,
      event: 'Signed Up',
      properties: { plan: 'premium', 'two words': 1 },
      context: { library: { name: 'x', version: '1' }, ip: '1.2.3.4' },
      integrations: {},
      timestamp: '2026-01-02T00:00:00.000Z',
      originalTimestamp: '2026-01-02T00:00:00.001Z',
      receivedAt: '2026-01-02T00:00:00.000Z',
      sentAt: '2026-01-02T00:00:00.000Z',
    }
    expect(codeOf(message)).to.equal(`analytics.track({
  userId: 'u1',
  event: 'Signed Up',
  properties: { plan: 'premium', 'two words': 1 },
  timestamp: '2026-01-02T00:00:00.001Z',
  context: { ip: '1.2.3.4' },
})
`)
    expect(codeOf({ type: 'page', anonymousId: 'a1' })).to.equal(
      `analytics.page({ anonymousId: 'a1' })\n`,
    )
  })

  it('says the same whatever stands in it, and runs nothing of it', () => {
    const properties = {
      [HOSTILE]: HOSTILE,
      list: [HOSTILE, { deep: [1, null, true] }],
      ['__proto__']: { polluted: true },
      long: 'x'.repeat(200),
    }
    const message = { type: 'track', userId: HOSTILE, event: HOSTILE, properties }
    const code = codeOf(message)
    expect(called(code)).to.deep.equal([
      ['track', JSON.parse(JSON.stringify({ userId: HOSTILE, event: HOSTILE, properties }))],
    ])
    // Nothing in it turns the order of what stands around it.
    expect(code).not.to.match(/[\u202a-\u202e\u2066-\u2069\u2028\u2029]/)
  })

  it('calls nothing but the six calls', () => {
    expect(codeOf({ type: 'constructor', event: 'x' })).to.match(/^analytics\.track\(/)
    expect(codeOf({})).to.equal('analytics.track({})\n')
  })
})

describe('a message as a command', () => {
  it('gives a shell the body as it is', () => {
    const message = { type: 'identify', userId: HOSTILE.replace('\0', ''), traits: { a: "it's" } }
    const command = curlOf(message, 'http://127.0.0.1:8877')
    expect(command).to.match(/^curl -u YOUR_WRITE_KEY: http:\/\/127\.0\.0\.1:8877\/v1\/identify /)
    const program = `curl() { printf '%s' "\${@: -1}"; }\n${command}`
    const { stdout } = spawnSync('bash', ['-c', program], { encoding: 'utf8' })
    expect(JSON.parse(stdout)).to.deep.equal({ userId: message.userId, traits: message.traits })
  })
})

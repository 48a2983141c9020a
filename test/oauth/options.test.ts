// The option `oauth`: what is allowed, and that a wrong one shows nothing of a key.

import { expect } from 'chai'
import { generateKeyPairSync } from 'node:crypto'
import { Analytics } from '../../lib/index.js'
import { readOptions } from '../../lib/client/options/read-options.js'
import { warningsOf } from '../support/warnings.js'
import { rsaPair } from './support/keys.js'

const { pem, publicKey } = rsaPair()
const good = { clientId: 'app-1', clientKey: pem, keyId: 'key-1' }
const pkcs8 = { type: 'pkcs8', format: 'pem' } as const
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pkcs8) as string
const rsaPss = generateKeyPairSync('rsa-pss', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: pkcs8,
}).privateKey
const encrypted = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'p',
}) as string

describe('the option oauth', () => {
  const rsa = 'allowed: the PEM of an RSA private key without a passphrase'
  for (const [name, oauth, text] of [
    ['null', null, 'option oauth is null; allowed: an object with clientId, clientKey and keyId'],
    ['a key', pem, 'option oauth is a string; allowed: an object with'],
    ['an array', [good], 'option oauth is an array; allowed: an object with'],
    [
      'no clientId',
      { ...good, clientId: undefined },
      'option oauth.clientId is undefined; allowed: a non-empty string',
    ],
    [
      'a clientId of nothing',
      { ...good, clientId: ' ' },
      'option oauth.clientId is an empty string',
    ],
    ['no keyId', { ...good, keyId: undefined }, 'option oauth.keyId is undefined'],
    ['a keyId that is a number', { ...good, keyId: 5 }, 'option oauth.keyId is a number'],
    [
      'no keyId but null, beside a function',
      { ...good, clientKey: () => pem, keyId: null },
      'option oauth.keyId is null',
    ],
    ['no key', { ...good, clientKey: undefined }, `option oauth.clientKey is undefined; ${rsa}`],
    [
      'an empty key',
      { ...good, clientKey: '' },
      `option oauth.clientKey is an empty string; ${rsa}`,
    ],
    [
      'a Buffer as key',
      { ...good, clientKey: Buffer.from(pem) },
      `option oauth.clientKey is binary data; ${rsa}`,
    ],
    [
      'nonsense as key',
      { ...good, clientKey: 'the-private-key' },
      `option oauth.clientKey is a string that is not a private key in PEM; ${rsa}`,
    ],
    [
      'a broken key',
      { ...good, clientKey: pem.replace('MII', 'the') },
      `option oauth.clientKey is a string that is not a private key in PEM; ${rsa}`,
    ],
    [
      'a key on one line, as an environment variable may have it',
      { ...good, clientKey: pem.replaceAll('\n', '\\n') },
      `option oauth.clientKey is a string with \\n in the place of its line breaks; ${rsa}`,
    ],
    [
      'the public key',
      { ...good, clientKey: publicKey.export({ type: 'spki', format: 'pem' }) },
      `option oauth.clientKey is a public key; ${rsa}`,
    ],
    [
      'an encrypted key',
      { ...good, clientKey: encrypted },
      `option oauth.clientKey is a PEM with a passphrase; ${rsa}`,
    ],
    [
      'an EC key',
      { ...good, clientKey: ec },
      `option oauth.clientKey is a private key of the type ec; ${rsa}`,
    ],
    [
      'an RSA-PSS key',
      { ...good, clientKey: rsaPss },
      `option oauth.clientKey is a private key of the type rsa-pss; ${rsa}`,
    ],
    [
      'an authServer without a scheme',
      { ...good, authServer: 'oauth2.segment.io' },
      'option oauth.authServer is "oauth2.segment.io"; allowed: an http: or https: URL',
    ],
    [
      'an authServer that is null',
      { ...good, authServer: null },
      'option oauth.authServer is null',
    ],
    [
      'an authServer with a password',
      { ...good, authServer: 'https://u:the-password@x' },
      'option oauth.authServer is a URL with a user or a password',
    ],
    [
      'an authServer with a query',
      { ...good, authServer: 'https://x/?a=b' },
      'option oauth.authServer is a URL with a query or a hash',
    ],
    [
      'a key as authServer',
      { ...good, authServer: pem },
      'option oauth.authServer is a string; allowed',
    ],
    ['an empty scope', { ...good, scope: '' }, 'option oauth.scope is an empty string'],
    [
      'an httpClient that is none',
      { ...good, httpClient: {} },
      'option oauth.httpClient is an object; allowed: a function like fetch',
    ],
    [
      'maxRetries of nonsense',
      { ...good, maxRetries: 'many' },
      'option oauth.maxRetries is "many"',
    ],
  ] as const) {
    it(`${name}: is a TypeError that names it`, () => {
      const make =
        (options: object): (() => Analytics) =>
        () =>
          new Analytics({ writeKey: 'k', ...options })
      expect(make({ oauth })).to.throw(TypeError).with.property('message').that.includes(text)
      const alias = text
        .replaceAll('oauth.', 'oauthSettings.')
        .replace('oauth is', 'oauthSettings is')
      expect(make({ oauthSettings: oauth })).to.throw(TypeError, alias)
      try {
        make({ oauth })()
      } catch (error) {
        const shown = `${(error as Error).stack} ${JSON.stringify(error)}`
        for (const secret of ['the-private-key', 'the-password', pem.slice(40, 60)])
          expect(shown).not.to.include(secret)
        expect(error).not.to.have.property('cause')
      }
    })
  }

  it('has the defaults of the region', () => {
    const read = (host?: string): string | undefined =>
      readOptions({ writeKey: 'k', host, oauth: good }).oauth?.authServer
    expect(read()).to.equal('https://oauth2.segment.io')
    expect(read('https://events.eu1.segmentapis.com')).to.equal(
      'https://oauth2.eu1.segmentapis.com',
    )
    expect(read('https://proxy.example.com')).to.equal('https://oauth2.segment.io')
    expect(readOptions({ writeKey: 'k', oauth: good }).oauth?.scope).to.equal('tracking_api:write')
  })

  it('an authServer may have a path, and a slash at its end', () => {
    const oauth = { ...good, authServer: 'https://id.example.com/tenant/' }
    expect(readOptions({ writeKey: 'k', oauth }).oauth?.authServer).to.equal(
      'https://id.example.com/tenant',
    )
  })

  it('wins over oauthSettings', () => {
    const options = { writeKey: 'k', oauth: good, oauthSettings: { ...good, clientId: 'other' } }
    expect(readOptions(options).oauth?.clientId).to.equal('app-1')
  })

  it('warns of a field that does not exist', async () => {
    const oauth = { ...good, authserver: 'https://x' }
    const warnings = await warningsOf(() => new Analytics({ writeKey: 'k', oauth }))
    expect(warnings.map(({ message }) => message)).to.deep.equal([
      'Analytics does not know the option oauth.authserver; see docs/options.md',
    ])
  })
})

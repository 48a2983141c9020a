// The private key of an OAuth application: reads and checks it.

import { createPrivateKey, type KeyObject } from 'node:crypto'
import { describeValue, toError } from '../../runtime/describe-value.js'
import { isThenable } from '../../runtime/value-kinds.js'

/** A private key, and the id that its public key was given. */
export interface OAuthKey {
  /** The PEM of an RSA private key. */
  clientKey: string
  keyId: string
}

/** A key that can sign. */
export interface SigningKey extends OAuthKey {
  key: KeyObject
}

/** What was given is not a usable key. The message describes its kind, and shows nothing of it. */
export class WrongKey extends Error {
  static readonly allowed = 'the PEM of an RSA private key without a passphrase'
  readonly given: string

  constructor(given: string) {
    super(given)
    this.given = given
  }
}

export class ClientKey {
  readonly #source: unknown
  readonly #keyId: string | undefined
  #last: SigningKey | undefined

  /**
   * @param source a PEM, or a function that returns one
   * @throws WrongKey if it is neither
   */
  constructor(source: unknown, keyId: string | undefined) {
    this.#source = source
    this.#keyId = keyId
    if (typeof source !== 'function') this.#last = this.#check(source)
  }

  /**
   * The key as it is now.
   *
   * @throws WrongKey if the user's function returns none
   */
  async read(): Promise<SigningKey> {
    if (typeof this.#source !== 'function' && this.#last) return this.#last
    try {
      return (this.#last = this.#check(await this.#call()))
    } catch (error) {
      if (error instanceof WrongKey) throw error
      // Its text may contain the secret, so nothing of it is shown.
      const { code, name } = toError(error) as NodeJS.ErrnoException
      throw new WrongKey(`a function that threw ${code ?? name}`)
    }
  }

  /** The key without waiting: that of the last token, or what the function returns synchronously. */
  get atOnce(): OAuthKey | undefined {
    return this.#last ?? this.#returned()
  }

  #returned(): OAuthKey | undefined {
    try {
      const given = this.#call()
      if (!isThenable(given)) return this.#check(given)
      // Too late, even if it rejects.
      given.then(undefined, () => undefined)
    } catch {
      // No key.
    }
    return undefined
  }

  #call(): unknown {
    return (this.#source as () => unknown)()
  }

  #check(given: unknown): SigningKey {
    const isFunction = typeof this.#source === 'function'
    const by = isFunction ? 'a function that gives ' : ''
    // Only a function may return an object: the option itself has its keyId beside it.
    const { clientKey, keyId = this.#keyId } =
      isFunction && typeof given === 'object' && given !== null
        ? (given as Partial<OAuthKey>)
        : { clientKey: given as string }
    if (typeof clientKey !== 'string') throw new WrongKey(`${by}${describeValue(clientKey)}`)
    if (typeof keyId !== 'string' || keyId === '') throw new WrongKey(`${by}a key without a keyId`)
    const obstacle = obstacleOf(clientKey)
    if (obstacle !== undefined) throw new WrongKey(`${by}${obstacle}`)
    return { clientKey, keyId, key: createPrivateKey(clientKey) }
  }
}

/** Why a text cannot serve as a signing key. Shows nothing of the text or of OpenSSL's errors. */
function obstacleOf(pem: string): string | undefined {
  if (pem.trim() === '') return 'an empty string'
  if (pem.includes('ENCRYPTED')) return 'a PEM with a passphrase'
  if (/-----BEGIN [\w ]*PUBLIC KEY-----/.test(pem)) return 'a public key'
  try {
    const { asymmetricKeyType } = createPrivateKey(pem)
    // RFC 7518, 3.3: RS256 is RSASSA-PKCS1-v1_5, which a key of the type rsa-pss cannot make.
    return asymmetricKeyType === 'rsa'
      ? undefined
      : `a private key of the type ${asymmetricKeyType ?? 'none'}`
  } catch {
    return pem.includes('\\n')
      ? 'a string with \\n in the place of its line breaks'
      : 'a string that is not a private key in PEM'
  }
}

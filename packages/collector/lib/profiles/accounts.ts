// Group calls make accounts, keyed by groupId.
import { isObject, type JsonObject } from '../messages/message.js'
import type { Entry } from './logs.js'
import type { Account } from './profile.js'
import { accountIdOf } from './promote.js'
import { isLater, setTraits } from './traits.js'

export class Accounts {
  readonly #space: string
  readonly #byId = new Map<string, Account>()

  constructor(space: string) {
    this.#space = space
  }

  /** One that is known already stays as it is. */
  add(account: Account): void {
    if (!this.#byId.has(account.id)) this.#byId.set(account.id, account)
  }

  get(id: string): Account | undefined {
    return this.#byId.get(id)
  }

  values(): Iterable<Account> {
    return this.#byId.values()
  }

  /** @returns the account that a group call changed */
  take({ message, seq }: Entry): Account | undefined {
    const id = accountIdOf(message)
    if (id === undefined) return undefined
    const { timestamp, messageId } = message
    let account = this.#byId.get(id)
    if (account === undefined) {
      account = {
        id,
        space: this.#space,
        createdAt: timestamp,
        updatedAt: timestamp,
        firstMessageId: messageId,
        lastMessageId: messageId,
        traits: new Map(),
      }
      this.#byId.set(id, account)
    }
    if (isLater(timestamp, account.updatedAt)) account.updatedAt = timestamp
    account.lastMessageId = messageId
    const traits: JsonObject = isObject(message.traits) ? message.traits : {}
    setTraits(account.traits, traits, { timestamp, seq })
    return account
  }
}

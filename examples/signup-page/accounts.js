// The app's users and sessions, in memory. Who is logged in is decided here, and by nothing that analytics.js stores.
import { randomUUID } from 'node:crypto'

export class Accounts {
  #users = new Map()
  #sessions = new Map()

  /** Finds or makes the user with this e-mail address, and starts a session. A real app asks for a password as well. */
  enter(email) {
    const known = this.#users.get(email)
    const user = known ?? { id: randomUUID(), email, plan: 'free' }
    this.#users.set(email, user)
    const session = randomUUID()
    this.#sessions.set(session, user)
    return { user, session, isNew: known === undefined }
  }

  /** The user of a session, or undefined. */
  userOf(session) {
    return this.#sessions.get(session)
  }

  leave(session) {
    this.#sessions.delete(session)
  }
}

'use server'

import { randomUUID } from 'node:crypto'
import { parseSetCookie } from 'cookie'
import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { after } from 'next/server'
import { linkUser, readAnonymousId } from 'selfsame'
import { analytics, flush } from '../lib/analytics.js'

export async function signUp(form) {
  const request = await headers()
  // In your application: the id of the row that you have just inserted.
  const userId = randomUUID()

  // Each call carries both ids: the visitor and the user are one person from here on.
  const person = analytics.with({ userId, anonymousId: readAnonymousId(request) })
  person.identify({ traits: { email: form.get('email'), createdAt: new Date() } })
  person.track({ event: 'Signed Up' })
  after(flush)

  // From its next event on, analytics.js in the browser says who the user is, too.
  const linked = new Headers()
  linkUser(linked, userId, { request })
  const jar = await cookies()
  for (const line of linked.getSetCookie()) {
    const { name, value, ...attributes } = parseSetCookie(line)
    jar.set(name, value, attributes)
  }
  redirect('/')
}

// Gives every visitor an anonymousId: a page cannot set cookies.
import { NextResponse } from 'next/server'
import { ensureAnonymousId } from 'selfsame'

export const config = { matcher: '/((?!_next/|favicon.ico).*)' }

export function proxy(request) {
  const issued = new Headers()
  const anonymousId = ensureAnonymousId(request, issued)

  // A new visitor's first request has no cookie yet: the page and the handlers find it in the request all the same.
  const headers = new Headers(request.headers)
  if (issued.has('set-cookie')) headers.append('cookie', `ajs_anonymous_id=${anonymousId}`)
  return NextResponse.next({ request: { headers }, headers: issued })
}

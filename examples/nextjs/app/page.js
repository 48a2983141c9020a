import { headers } from 'next/headers'
import { after } from 'next/server'
import { readAnonymousId } from 'selfsame'
import { analytics, flush } from '../lib/analytics.js'
import { signUp } from './actions.js'

export default async function Home() {
  const anonymousId = readAnonymousId(await headers())
  // Without one the visitor has opted out.
  if (anonymousId) analytics.page({ anonymousId, name: 'Home', context: { page: { path: '/' } } })
  after(flush)

  return (
    <form action={signUp}>
      <input name="email" type="email" required />
      <button>Sign up</button>
    </form>
  )
}

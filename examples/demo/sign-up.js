// A real Express app with a page and a signup handler, and a visitor who uses both.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import express from 'express'
import { line, showMessages } from './print.js'

/** The visitor's anonymousId, as analytics.js has left it in the browser's cookie. */
function anonymousIdOf(request) {
  const cookie = request.headers.cookie ?? ''
  return /(?:^|; )ajs_anonymous_id=(?:%22)?([^;%"]+)/.exec(cookie)?.[1]
}

function appWith(analytics) {
  const app = express()
  app.use(express.urlencoded())

  app.get('/', (request, response) => {
    analytics.page({ anonymousId: anonymousIdOf(request), name: 'Home' })
    response.send(
      '<form method="post" action="/signup"><input name="email"><button>Sign up</button></form>',
    )
  })

  app.post('/signup', (request, response) => {
    // The database's id of the new user. Both ids in one call are what makes the visitor and the user one person.
    const ids = { userId: randomUUID(), anonymousId: anonymousIdOf(request) }
    analytics.identify({ ...ids, traits: { email: request.body.email, plan: 'free' } })
    analytics.track({ ...ids, event: 'Signed Up', properties: { plan: 'free' } })
    response.status(201).send('Welcome')
  })

  return app
}

/** @returns the visitor's anonymousId */
export async function signUp(analytics, collector) {
  const server = appWith(analytics).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${server.address().port}`
  const hide = showMessages(collector)

  const anonymousId = randomUUID()
  const headers = { cookie: `ajs_anonymous_id=${anonymousId}` }
  await fetch(origin, { headers })
  await fetch(`${origin}/signup`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ email: 'jane@example.com' }),
  })
  await analytics.flush()

  hide()
  server.close()
  server.closeAllConnections()
  const joined = collector.messages.filter((message) => message.anonymousId === anonymousId)
  line(
    `${joined.length} of ${collector.messages.length} messages carry the visitor's anonymousId ${anonymousId}`,
  )
  return anonymousId
}

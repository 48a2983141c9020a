// The app. What concerns analytics: requestAnalytics, request.analytics, linkUser and forgetUser, and the page's script.
import { parseCookie } from 'cookie'
import express from 'express'
import { forgetUser, linkUser } from 'selfsame'
import { requestAnalytics } from 'selfsame/express'
import { forward } from '../signup-page/forward.js'
import { homePage, welcomePage } from '../signup-page/pages.js'

/** @returns an Express app */
export function createApp({ analytics, accounts, script, eventsTo }) {
  const app = express()

  // Before the middleware below: what belongs to no visitor needs no id.
  app.get('/analytics.js', (request, response) => {
    response.type('js').send(script)
  })
  app.post('/v1/:letter', async (request, response) => {
    response.sendStatus(await forward(request, request.params.letter, eventsTo))
  })

  // issue: a visitor who has no id yet gets one with the first page, and analytics.js adopts it.
  app.use(requestAnalytics(analytics, { issue: true }))

  app.get('/', (request, response) => {
    // Who is logged in does not sign up: the visitor's anonymousId would join two users.
    if (accounts.userOf(sessionOf(request))) response.redirect(303, '/welcome')
    else response.send(homePage)
  })

  app.post('/signup', express.urlencoded(), (request, response) => {
    const { user, session, isNew } = accounts.enter(request.body.email)

    // The anonymousId is that of the visitor's browser; with the userId beside it, both are one person from here on.
    const person = request.analytics.with({ userId: user.id })
    person.identify({ traits: { email: user.email, plan: user.plan } })
    person.track({ event: isNew ? 'Signed Up' : 'Signed In', properties: { plan: user.plan } })

    // From the next page on, analytics.js sends the userId as well.
    linkUser(response, user.id)
    response.cookie('session', session, { httpOnly: true, sameSite: 'lax' })
    response.redirect(303, '/welcome')
  })

  app.get('/welcome', (request, response) => {
    if (accounts.userOf(sessionOf(request))) response.send(welcomePage)
    else response.redirect(303, '/')
  })

  app.post('/logout', (request, response) => {
    const user = accounts.userOf(sessionOf(request))
    if (user) request.analytics.track({ userId: user.id, event: 'Signed Out' })
    accounts.leave(sessionOf(request))

    // The page's script calls analytics.reset() as soon as this has succeeded.
    forgetUser(request, response)
    response.clearCookie('session', { httpOnly: true, sameSite: 'lax' })
    response.redirect(303, '/')
  })

  return app
}

function sessionOf(request) {
  return parseCookie(request.headers.cookie ?? '').session
}

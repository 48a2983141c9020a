// The app. What concerns analytics: requestAnalytics, context.analytics, linkUser and forgetUser, and the page's script.
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'
import { forgetUser, linkUser } from 'selfsame'
import { requestAnalytics } from 'selfsame/koa'
import { forward } from '../signup-page/forward.js'
import { homePage, welcomePage } from '../signup-page/pages.js'

/** @returns a Koa app */
export function createApp({ analytics, accounts, script, eventsTo }) {
  const app = new Koa()

  // Before the middleware below: what belongs to no visitor needs no id.
  app.use(assets({ script, eventsTo }).routes())

  // issue: a visitor who has no id yet gets one with the first page, and analytics.js adopts it.
  app.use(requestAnalytics(analytics, { issue: true }))
  app.use(pages(accounts).routes())
  return app
}

function assets({ script, eventsTo }) {
  const router = new Router()

  router.get('/analytics.js', (context) => {
    context.type = 'js'
    context.body = script
  })
  router.post('/v1/:letter', async (context) => {
    context.status = await forward(context.req, context.params.letter, eventsTo)
  })

  return router
}

function pages(accounts) {
  const router = new Router()

  router.get('/', (context) => {
    // Who is logged in does not sign up: the visitor's anonymousId would join two users.
    if (accounts.userOf(context.cookies.get('session'))) seeOther(context, '/welcome')
    else context.body = homePage
  })

  router.post('/signup', bodyParser(), (context) => {
    const { user, session, isNew } = accounts.enter(context.request.body.email)

    // The anonymousId is that of the visitor's browser; with the userId beside it, both are one person from here on.
    const person = context.analytics.with({ userId: user.id })
    person.identify({ traits: { email: user.email, plan: user.plan } })
    person.track({ event: isNew ? 'Signed Up' : 'Signed In', properties: { plan: user.plan } })

    // From the next page on, analytics.js sends the userId as well.
    linkUser(context, user.id)
    context.cookies.set('session', session, { httpOnly: true, sameSite: 'lax' })
    seeOther(context, '/welcome')
  })

  router.get('/welcome', (context) => {
    if (accounts.userOf(context.cookies.get('session'))) context.body = welcomePage
    else seeOther(context, '/')
  })

  router.post('/logout', (context) => {
    const session = context.cookies.get('session')
    const user = accounts.userOf(session)
    if (user) context.analytics.track({ userId: user.id, event: 'Signed Out' })
    accounts.leave(session)

    // The page's script calls analytics.reset() as soon as this has succeeded.
    forgetUser(context, context)
    context.cookies.set('session', null, { httpOnly: true, sameSite: 'lax' })
    seeOther(context, '/')
  })

  return router
}

function seeOther(context, path) {
  context.redirect(path)
  context.status = 303
}

// `selfsame/fastify`: request.analytics, for Fastify 5.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Analytics } from '../client/analytics.js'
import { requestBinder } from './bind-request.js'
import { runListenersWith, runWith } from './current.js'
import { factsOf } from './node-request.js'
import type { RequestAnalyticsOptions } from './options.js'
import type { RegisteredAnalytics } from './registered-plan.js'

export { currentAnalytics } from './current.js'
export type { RequestAnalyticsOptions } from './options.js'
export type { RegisteredAnalytics } from './registered-plan.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The client, bound to this request by `requestAnalytics`. */
    analytics: RegisteredAnalytics
  }
}

/** A Fastify plugin. */
export type FastifyPlugin = (instance: FastifyInstance, options: unknown, done: () => void) => void

/**
 * A plugin, for `app.register()`, that gives each request `request.analytics`: the six calls, bound to the request's
 * anonymousId and context. The ip is `request.ip`, which follows Fastify's option `trustProxy`.
 *
 * @throws TypeError for a wrong option; a request never makes it throw
 */
export function requestAnalytics(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a client with any plan
  analytics: Analytics<any>,
  options: RequestAnalyticsOptions<FastifyRequest> = {},
): FastifyPlugin {
  const bind = requestBinder(analytics as Analytics, options)
  const plugin: FastifyPlugin = (instance, _options, done) => {
    // Another client's middleware may have done it.
    if (!instance.hasRequestDecorator('analytics')) instance.decorateRequest('analytics')
    instance.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, next) => {
      const bound = bind(request, reply, () => factsOf(request.raw, request))
      request.analytics = bound
      if (options.issue !== undefined && options.issue !== false) keepCookies(reply)
      runListenersWith(bound, request.raw)
      runListenersWith(bound, reply.raw)
      runWith(bound, next)
    })
    done()
  }
  // As fastify-plugin does: the hook is for the whole instance, not only for the routes registered inside the plugin.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true })
}

/** For a hijacked reply Fastify sends no headers: its handler writes to the raw response. */
function keepCookies(reply: FastifyReply): void {
  const hijack = reply.hijack.bind(reply)
  reply.hijack = () => {
    const cookies = reply.getHeader('set-cookie')
    if (cookies !== undefined) reply.raw.appendHeader('set-cookie', [cookies].flat().map(String))
    return hijack()
  }
}

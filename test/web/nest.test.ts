// NestJS: the middleware of Express, as its documentation registers functional middleware.
import 'reflect-metadata'
import {
  Controller,
  Get,
  Module,
  Req,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { expect } from 'chai'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { currentAnalytics, type BoundAnalytics } from '../../lib/index.js'
import { requestAnalytics } from '../../lib/web/express.js'
import { withCollector } from '../support/clients.js'

describe('NestJS', () => {
  it('gives controllers req.analytics, and services currentAnalytics()', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()

      // tsx compiles no decorators with metadata: they are applied as the functions that they are.
      class PlansController {
        show(request: { analytics: BoundAnalytics }): string {
          request.analytics.page({ name: 'Plans' })
          currentAnalytics()?.track({ event: 'Plans Listed' })
          return 'plans'
        }
      }
      const descriptor = Object.getOwnPropertyDescriptor(PlansController.prototype, 'show')!
      Get()(PlansController.prototype, 'show', descriptor)
      Req()(PlansController.prototype, 'show', 0)
      Controller('plans')(PlansController)

      class AppModule implements NestModule {
        configure(consumer: MiddlewareConsumer): void {
          consumer.apply(requestAnalytics(analytics, { issue: true })).forRoutes('*path')
        }
      }
      Module({ controllers: [PlansController] })(AppModule)

      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are a plain object
      const app = await NestFactory.create(AppModule, { logger: false })
      await app.listen(0, '127.0.0.1')
      const { port } = (app.getHttpServer() as Server).address() as AddressInfo
      const known = await fetch(`http://127.0.0.1:${port}/plans`, {
        headers: { Cookie: 'ajs_anonymous_id=anon-1' },
      })
      const fresh = await fetch(`http://127.0.0.1:${port}/plans`)
      await app.close()
      await analytics.flush()

      expect(known.headers.getSetCookie()).to.deep.equal([])
      expect(fresh.headers.getSetCookie()).to.have.lengthOf(1)
      const [first, second] = collector.messages
      expect(first).to.include({ type: 'page', anonymousId: 'anon-1' })
      expect(first?.context).to.deep.include({ ip: '127.0.0.1' })
      expect(first).to.have.nested.property('context.page.path', '/plans')
      expect(second).to.include({ event: 'Plans Listed', anonymousId: 'anon-1' })
      expect(collector.messages).to.have.lengthOf(4)
    }))
})

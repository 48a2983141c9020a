// npm run demo: a visitor becomes a user and one person, an endpoint goes down and comes back, 100,000 events, and the account of it all.
import { Analytics } from 'selfsame'
import { startCollector } from '@selfsame/collector'
import { account, section } from './print.js'
import { signUp } from './sign-up.js'
import { person } from './person.js'
import { outage } from './outage.js'
import { load } from './load.js'

const collector = await startCollector()
// proxy: false, for the collector is on this machine, whatever the environment says of proxies.
const analytics = new Analytics({ writeKey: 'demo', host: collector.url, proxy: false })
const errors = []
analytics.on('error', (error) => errors.push(error))

section('A visitor with an ajs_anonymous_id cookie views a page and signs up')
const visitor = await signUp(analytics, collector)

section('Visitor and user are one person')
await person(collector, visitor)

section('The endpoint goes down, and comes back')
await outage(analytics, collector)

section('100,000 events')
await load(analytics, collector)

section('The account')
await analytics.close()
const lost = account(analytics.stats(), collector, errors)
await collector.close()
process.exitCode = lost ? 1 : 0

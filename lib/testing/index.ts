// `selfsame/testing`: a client whose messages stay in memory, and assertions on them.

export {
  assertIdentified,
  assertLinked,
  assertNotIdentified,
  assertNotLinked,
  assertNotSent,
  assertNotTracked,
  assertSent,
  assertSentInOrder,
  assertTracked,
} from './assertions.js'
export { FilterError } from '../spec/filter/filter.js'
export type { MessageFilter, MessagePattern } from './message-filter.js'
export type { FailOptions } from './refusals.js'
export { testAnalytics } from './test-analytics.js'
export type { TestAnalytics, TestAnalyticsOptions, WaitForOptions } from './test-analytics.js'
export type { Expected, Link } from './verdicts.js'

// `selfsame/testing/vitest`: importing it adds the matchers to Vitest's expect.

import { expect } from 'vitest'
import { matchers, type TrackingMatchers } from './matchers.js'

export { matchers } from './matchers.js'
export type { TrackingMatchers } from './matchers.js'

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type -- as Vitest declares it
  interface Matchers<T = any> extends TrackingMatchers<void> {}
}

expect.extend(matchers)

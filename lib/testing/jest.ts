// `selfsame/testing/jest`: importing it adds the matchers to Jest's expect.

import { expect } from '@jest/globals'
import { matchers, type TrackingMatchers } from './matchers.js'

export { matchers } from './matchers.js'
export type { TrackingMatchers } from './matchers.js'

/* eslint-disable @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type -- as Jest declares them */

// Of `import { expect } from '@jest/globals'`.
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends TrackingMatchers<R> {}
}

declare global {
  // Of the global expect, with @types/jest.
  // eslint-disable-next-line @typescript-eslint/no-namespace -- it is how they are extended
  namespace jest {
    interface Matchers<R, T = {}> extends TrackingMatchers<R> {}
  }
}

expect.extend(matchers)

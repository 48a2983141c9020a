// What the matchers need of test runners that are not installed here. In a user's project the runners' own types stand in
// their place: test/package compiles against these.

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars -- as Vitest declares it
  interface Matchers<T = any> {}
  export const expect: { extend(matchers: object): void }
}

declare module '@jest/globals' {
  export const expect: { extend(matchers: object): void }
}

declare module 'expect' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars -- as Jest declares it
  interface Matchers<R extends void | Promise<void>, T = unknown> {}
}

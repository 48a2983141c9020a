// Loads Node's own modules synchronously, so that importing the library need not pay for them.

import nodeModule from 'node:module'

/** Node 21 and the first versions of 22 have no getBuiltinModule. */
export function builtin(name: string): unknown {
  return 'getBuiltinModule' in process
    ? process.getBuiltinModule(name)
    : nodeModule.createRequire(import.meta.url)(name)
}

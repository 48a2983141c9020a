// Node's own modules, loaded synchronously where importing them would make importing the library dearer.

import nodeModule from 'node:module'

/** Node 21 and the first versions of 22 have no getBuiltinModule. */
export function builtin(name: string): unknown {
  return 'getBuiltinModule' in process
    ? process.getBuiltinModule(name)
    : nodeModule.createRequire(import.meta.url)(name)
}

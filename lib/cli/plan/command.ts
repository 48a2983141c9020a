// `selfsame plan`: its subcommands, each loaded when it is run.

export { runCheck } from './check/command.js'
export { runDiff } from './diff/command.js'
export { runExport } from './exported/command.js'
export { runImport } from './imported/command.js'
export { runInfer } from './infer/command.js'

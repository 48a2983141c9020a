// As durable.js, with fsync: 'call'.

import { start as startWith } from './durable.js'

export { prepare } from './durable.js'

export const start = (options) => startWith(options, 'call')

import type { SqlResult } from '../store.js'
import type { Connections } from './connections.js'
export function query(_c: Connections, _t: string, _l: { rows: number; timeout: number }): Promise<SqlResult> {
  return Promise.reject(new Error('not yet'))
}

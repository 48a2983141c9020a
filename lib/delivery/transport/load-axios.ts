// Loads axios with the first request: importing the library stays cheap.

// Not createRequire by its name: bundles are often given a banner that declares it, and it would be there twice.
import nodeModule from 'node:module'
import type { Axios } from 'axios'
import { toError } from '../../runtime/describe-value.js'

export interface AxiosModule {
  Axios: typeof Axios
}

interface WebAssemblyLike {
  Memory: new (limits: { initial: number }) => { buffer: ArrayBuffer }
}

/** Of the system, and not of axios: the next try may succeed. */
const passing = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR', 'EIO'])

/**
 * @returns undefined if axios is not there: not installed, or a bundle that cannot run it
 * @throws what the system could not do just now
 */
export async function loadAxios(): Promise<AxiosModule | undefined> {
  const failures: Error[] = []
  for (const load of [importAxios, requireAxios]) {
    try {
      return await withoutUndici(load)
    } catch (error) {
      failures.push(toError(error))
    }
  }
  const hindrance = failures.find(({ code }: NodeJS.ErrnoException) => passing.has(code ?? ''))
  if (hindrance) throw hindrance
  return undefined
}

async function importAxios(): Promise<AxiosModule> {
  return (await import('axios')).default
}

/** An import that has failed once, for want of file descriptors, fails forever; this way may succeed the next time. */
function requireAxios(): Promise<AxiosModule> {
  const require = nodeModule.createRequire(import.meta.url)
  return Promise.resolve(require('axios') as AxiosModule)
}

/**
 * axios reads the global `Request` when it is loaded, and with that Node starts its own fetch, which needs WebAssembly.
 * A process that has no room for it (`ulimit -v`), or was started without it (`--jitless`), would end. There nothing can
 * use fetch anyway, so it is out of sight for as long as axios is loaded.
 */
async function withoutUndici<T>(load: () => Promise<T>): Promise<T> {
  if (canRunWebAssembly()) return load()
  const hidden = ['fetch', 'Request', 'Response', 'Headers', 'FormData'].flatMap((name) => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name)
    if (descriptor?.configurable !== true) return []
    Object.defineProperty(globalThis, name, {
      value: undefined,
      configurable: true,
      writable: true,
      enumerable: descriptor.enumerable ?? false,
    })
    return [[name, descriptor] as const]
  })
  try {
    return await load()
  } finally {
    for (const [name, descriptor] of hidden) Object.defineProperty(globalThis, name, descriptor)
  }
}

/** Whether this process can run WebAssembly, which Node's own fetch needs. */
export function canRunWebAssembly(): boolean {
  try {
    // Reserves the address space that any instance would.
    const { Memory } = (globalThis as unknown as { WebAssembly: WebAssemblyLike }).WebAssembly
    return new Memory({ initial: 1 }).buffer.byteLength > 0
  } catch {
    return false
  }
}

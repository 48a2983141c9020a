// Loads axios with the first request, so that importing the library stays cheap.

// Not a named import of createRequire: bundles often have a banner that declares it, and it would exist twice.
import nodeModule from 'node:module'
import type { Axios } from 'axios'
import { toError } from '../../runtime/describe-value.js'

export interface AxiosModule {
  Axios: typeof Axios
}

interface WebAssemblyLike {
  Memory: new (limits: { initial: number }) => { buffer: ArrayBuffer }
}

/** Errors of the system, not of axios: the next try may succeed. */
const passing = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR', 'EIO'])

/**
 * @returns undefined if axios is missing: not installed, or in a bundle that cannot run it
 * @throws a temporary error of the system
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

/** An import that has failed once, for lack of file descriptors, fails forever; `require` may succeed the next time. */
function requireAxios(): Promise<AxiosModule> {
  const require = nodeModule.createRequire(import.meta.url)
  return Promise.resolve(require('axios') as AxiosModule)
}

/**
 * Loading axios reads the global `Request`, which makes Node start its own fetch, which needs WebAssembly. A process
 * without room for it (`ulimit -v`), or started without it (`--jitless`), would end. Nothing can use fetch there anyway,
 * so it is hidden while axios loads.
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

/** Whether this process can run WebAssembly, which Node's fetch needs. */
export function canRunWebAssembly(): boolean {
  try {
    // Reserves the address space that any instance needs.
    const { Memory } = (globalThis as unknown as { WebAssembly: WebAssemblyLike }).WebAssembly
    return new Memory({ initial: 1 }).buffer.byteLength > 0
  } catch {
    return false
  }
}

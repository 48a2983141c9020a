// The collector is a package of its own, which those who develop install.

import nodeModule from 'node:module'
import { join } from 'node:path'
import { UsageError } from './exit-codes.js'

/** As much of @selfsame/collector as is used. */
export interface CollectorPackage {
  startCollector(options: CollectorOptions & { port: number }): Promise<RunningCollector>
  /** Without a port. */
  openCollector(options: CollectorOptions): Promise<OpenCollector>
}

interface CollectorOptions {
  readonly keep?: boolean
  readonly db?: string | undefined
  readonly space?: string | undefined
  readonly sources?: Readonly<Record<string, string>>
  readonly plan?: unknown
}

export interface OpenCollector {
  fetch(
    url: string,
    request: { method: string; headers: Record<string, string>; body: string | Uint8Array },
  ): Promise<Response>
  close(): Promise<void>
}

/** As much of a message as the collector keeps it as is shown. */
export interface ReceivedMessage {
  readonly type: string
  readonly receivedAt: string
  readonly [field: string]: unknown
}

export interface ReceivedRejection {
  readonly code: string
  readonly reason: string
}

export interface ReceivedViolations {
  readonly violations: readonly { readonly field: string; readonly description: string }[]
}

export interface RunningCollector {
  readonly url: string
  on(event: 'violation', listener: (found: ReceivedViolations) => void): unknown
  on(event: 'message', listener: (message: ReceivedMessage) => void): unknown
  on(event: 'rejected', listener: (rejection: ReceivedRejection) => void): unknown
  close(): Promise<void>
}

const name = '@selfsame/collector'

/**
 * @returns the collector of the project in the working directory, or the one that is installed beside this command
 * @throws UsageError that says how to install it
 */
export function loadCollector(): CollectorPackage {
  for (const place of [join(process.cwd(), 'package.json'), import.meta.url]) {
    const require = nodeModule.createRequire(place)
    const path = resolved(require)
    if (path !== undefined) return require(path) as CollectorPackage
  }
  throw new UsageError(`${name} is not installed: npm install --save-dev ${name}`)
}

function resolved(require: NodeJS.Require): string | undefined {
  try {
    return require.resolve(name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

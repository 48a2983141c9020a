// Whether the process waits for the disk. Time must not pass meanwhile: how long the disk takes differs from run to run.

import { open, type FileHandle } from 'node:fs/promises'

/** What Node lists among the active resources while a file is read, written or opened. */
const busyResources = new Set(['FSReqPromise', 'FSReqCallback'])

const handle = await open(process.execPath)
const prototype = Object.getPrototypeOf(handle) as Pick<FileHandle, 'close'>
await handle.close()

/** The closes that have not ended. Node lists each until it is collected, so its list says nothing of them. */
let closing = 0

/** Counts the files that are being closed. Returns what stops that. */
export function watchCloses(): () => void {
  const { close } = prototype
  prototype.close = async function (this: FileHandle): Promise<void> {
    closing++
    try {
      await close.call(this)
    } finally {
      closing--
    }
  }
  return () => (prototype.close = close)
}

export function isDiskBusy(): boolean {
  return closing > 0 || process.getActiveResourcesInfo().some((name) => busyResources.has(name))
}

// Whether the process waits for the disk. Time must not pass meanwhile: how long the disk takes differs from run to run.

import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

/** What Node lists among the active resources while a file is read, written or opened. */
const busyResources = new Set(['FSReqPromise', 'FSReqCallback'])

/** The closes that have not ended. Node lists each until it is collected, so its list says nothing of them. */
let closing = 0

/** Counts the files that are being closed. Returns what stops that. */
export function watchCloses(): () => void {
  const { open } = fs
  const watched: typeof open = async (...given) => {
    const file = await open(...given)
    const close = file.close.bind(file)
    file.close = async () => {
      closing++
      try {
        await close()
      } finally {
        closing--
      }
    }
    return file
  }
  const replaceOpen = (by: typeof open): void => {
    fs.open = by
    // Those who have imported it by name get it too.
    syncBuiltinESMExports()
  }
  replaceOpen(watched)
  return () => replaceOpen(open)
}

export function isDiskBusy(): boolean {
  return closing > 0 || process.getActiveResourcesInfo().some((name) => busyResources.has(name))
}

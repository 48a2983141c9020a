// Makes sure that standard input, output and error are open while a child process is started.

import { closeSync, fstatSync, openSync } from 'node:fs'

/**
 * Calls a function that starts a child process synchronously, with all three standard descriptors open. If the
 * application has closed one, a pipe to the child would get its number, and libuv aborts the process when it closes that.
 */
export function withStandardDescriptors<T>(start: () => T): T {
  const opened: number[] = []
  try {
    // Each open takes the lowest number that is free.
    if (process.platform !== 'win32')
      for (let count = closedDescriptors(); count > 0; count--)
        opened.push(openSync('/dev/null', 'r+'))
    return start()
  } finally {
    for (const descriptor of opened) closeSync(descriptor)
  }
}

function closedDescriptors(): number {
  return [0, 1, 2].filter((descriptor) => {
    try {
      fstatSync(descriptor)
      return false
    } catch {
      return true
    }
  }).length
}

// Opening a file without following a link in its place.

import { constants } from 'node:fs'

/** A flag of `open()`; 0 on Windows, which has no such flag. */
export const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0

// The public suffix list of tldts, which takes longer to load than all else of the library together: loaded when the
// first cookie is written, and not before.

import nodeModule from 'node:module'
import type { parse } from 'tldts'

export type ParseHost = typeof parse

// Defined in the CommonJS build, and what bundlers understand.
declare const require: ((name: 'tldts') => { parse: ParseHost }) | undefined

let parseHost: ParseHost | undefined

/** For modules that import tldts anyway: a bundler puts it into the bundle then. */
export function providePublicSuffixes(parse: ParseHost): void {
  parseHost = parse
}

export function publicSuffixes(): ParseHost {
  parseHost ??=
    typeof require === 'function'
      ? require('tldts').parse
      : (nodeModule.createRequire(import.meta.url)('tldts') as { parse: ParseHost }).parse
  return parseHost
}

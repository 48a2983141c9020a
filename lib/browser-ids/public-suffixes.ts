// The public suffix list of tldts. It takes longer to load than the rest of the library, so it is loaded when the first
// cookie is written.

import nodeModule from 'node:module'
import type { parse } from 'tldts'

export type ParseHost = typeof parse

// Defined in the CommonJS build, and understood by bundlers.
declare const require: ((name: 'tldts') => { parse: ParseHost }) | undefined

let parseHost: ParseHost | undefined

/** For modules that import tldts themselves, so that bundlers include it. */
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

// The package's version, inserted by the build.
declare const __VERSION__: string | undefined

/** The version of this package, as in its package.json; `0.0.0-source` when run from its sources. */
export const version = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source'

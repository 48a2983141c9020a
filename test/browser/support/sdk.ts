// The SDKs under test, each bundled from npm with the page script of test/browser/pages that drives it.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Version 1.84.1 is the last in which localStorage's anonymous id beats the cookie's. */
export const sdks = ['next', 'next-1.84.1', 'classic'] as const
export type SdkUnderTest = (typeof sdks)[number] | 'next-in-cookies-alone'

/** What a page script puts into `window.sdk`. */
export interface Sdk {
  anonymousId(): string
  userId(): string | null
  setUserId(id: string | null): void
  track(event: string): Promise<void> | void
  trackAs(call: { event: string; anonymousId: string }): Promise<void> | void
  identify(call: { userId: string; traits?: object }): Promise<void> | void
  clearTraits(): void
  reset(): Promise<void> | void
}

const bundles = new Map<SdkUnderTest, Promise<string>>()

export function scriptOf(sdk: SdkUnderTest): Promise<string> {
  const bundle = bundles.get(sdk) ?? bundleOf(sdk)
  bundles.set(sdk, bundle)
  return bundle
}

async function bundleOf(sdk: SdkUnderTest): Promise<string> {
  const page = sdk === 'classic' ? 'classic' : 'next'
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../pages/${page}.js`, import.meta.url))],
    alias: sdk === 'next-1.84.1' ? { '@segment/analytics-next': 'analytics-next-1.84.1' } : {},
    define: {
      // The classic packages were written for browserify, which has Node's name for it.
      global: 'globalThis',
      userOptions: JSON.stringify({
        localStorageFallbackDisabled: sdk === 'next-in-cookies-alone',
      }),
    },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

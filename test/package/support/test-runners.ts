// The packages beside the test runners to which selfsame/testing adds matchers, installed once.
import { fileURLToPath } from 'node:url'
import { installBeside, ownVersionOf, type App } from './installation.js'

export const testingFixtures = fileURLToPath(new URL('../fixtures/testing', import.meta.url))

let app: Promise<App> | undefined

export function installedBesideTestRunners(): Promise<App> {
  return (app ??= install())
}

async function install(): Promise<App> {
  return installBeside(testingFixtures, 'testing', [
    'jest@latest',
    '@types/jest@latest',
    // Later ones need a later Node than our oldest.
    'vitest@4',
    'mocha@latest',
    'chai@latest',
    '@types/chai@latest',
    `typescript@${await ownVersionOf('typescript')}`,
    '@types/node@20',
    `@segment/analytics-node@${await ownVersionOf('@segment/analytics-node')}`,
  ])
}

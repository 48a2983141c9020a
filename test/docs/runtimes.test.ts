// No comment that users see in their editor promises a runtime that is not supported.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { root } from './pages.js'

describe('the comments of lib/', () => {
  it('name no edge runtime', () => {
    const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
    const sources = files.filter((path) => path.endsWith('.ts'))
    expect(sources).to.include.members(['delivery/transport/http-client.ts', 'web/fetch.ts'])
    const promising = sources.filter((path) =>
      /\bedge\b/i.test(readFileSync(join(root, 'lib', path), 'utf8')),
    )
    expect(promising).to.deep.equal([])
  })
})

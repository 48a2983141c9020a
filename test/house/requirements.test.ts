// The map of requirements names tests that are there.

import { readFileSync } from 'node:fs'
import { expect } from 'chai'

const root = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const rows = [
  ...read('test/requirements.md').matchAll(/^\| R(\d+) +\| (.+?) +\| `([^`]+)` +\| (.+?) +\|$/gm),
]

describe('test/requirements.md', () => {
  it('has a source for each requirement', () => {
    expect(rows.length).to.be.above(50)
    for (const [row, , source] of rows) expect(source?.trim(), row).not.to.equal('')
  })

  for (const [, number, , file = '', title = ''] of rows) {
    it(`R${number}: ${file} has "${title}"`, () => {
      const inFile = read(file).replaceAll("\\'", "'")
      expect(inFile).to.include(title.replaceAll('\\', ''))
    })
  }
})

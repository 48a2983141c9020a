// What the compiler says about a wrong call leads to the mistake.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import ts from 'typescript'

const here = fileURLToPath(new URL('.', import.meta.url))

function complaints(statement: string): string[] {
  const folder = mkdtempSync(join(here, 'call-'))
  try {
    const file = join(folder, 'call.ts')
    const client = "import type { Analytics } from '../../../lib/index.js'\n"
    writeFileSync(file, `${client}declare const analytics: Analytics\n${statement}\n`)
    const { ES2023: target } = ts.ScriptTarget
    const module = ts.ModuleKind.NodeNext
    const options = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target,
      module,
      types: ['node'],
    }
    const program = ts.createProgram([file], options)
    const found = program.getSemanticDiagnostics(program.getSourceFile(file))
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('the compiler', () => {
  it('names groupId if a group has none', () => {
    const [text, ...others] = complaints("analytics.group({ userId: 'u1', traits: { name: 'x' } })")
    expect(text).to.include("Property 'groupId' is missing")
    expect(text).not.to.include("Property 'anonymousId' is missing")
    expect(others).to.deep.equal([])
  }).timeout(60_000)
})

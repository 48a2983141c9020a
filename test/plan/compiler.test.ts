// What the compiler says of right and wrong uses of a plan, and what an editor completes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import ts from 'typescript'
import { prelude, uses } from './uses.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const lib = fileURLToPath(new URL('../../lib/', import.meta.url))

const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  types: ['node'],
  paths: {
    selfsame: [`${lib}index.ts`],
    'selfsame/plan': [`${lib}plan/index.ts`],
    'selfsame/backfill': [`${lib}backfill/index.ts`],
    'selfsame/express': [`${lib}web/express.ts`],
    'selfsame/fetch': [`${lib}web/fetch.ts`],
  },
}

/** A program of one file in a folder of its own, asked and removed. */
function withFile<T>(text: string, ask: (file: string) => T): T {
  const folder = mkdtempSync(join(here, 'uses-'))
  try {
    const file = join(folder, 'use.mts')
    writeFileSync(file, text)
    return ask(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Complaint {
  readonly line: number
  /** What is marked. */
  readonly at: string
  /** The message, and what belongs to it. */
  readonly says: string
}

function complaintsIn(text: string): Complaint[] {
  return withFile(text, (file) => {
    const program = ts.createProgram([file], options)
    const source = program.getSourceFile(file)!
    return program
      .getSemanticDiagnostics(source)
      .map(({ start = 0, length, messageText, relatedInformation = [] }) => ({
        line: source.getLineAndCharacterOfPosition(start).line,
        at: text.slice(start, start + (length ?? 0)),
        says: [messageText, ...relatedInformation.map((each) => each.messageText)]
          .map((each) => ts.flattenDiagnosticMessageText(each, '\n'))
          .join('\n'),
      }))
  })
}

describe('the compiler, of the uses of a plan', () => {
  // Each within a block of its own, on one line.
  const first = prelude.split('\n').length
  const text = [prelude, ...uses.map(({ code }) => `{ ${code} }`)].join('\n')
  let complaints: Complaint[]

  before(function () {
    this.timeout(60_000)
    complaints = complaintsIn(text)
  })

  it('has at least 60 to judge', () => {
    expect(uses).to.have.length.above(60)
    expect(complaints.filter(({ line }) => line < first)).to.deep.equal([])
  })

  for (const [index, { code, wrong }] of uses.entries()) {
    it(`${wrong ? 'refuses' : 'takes'} ${code}`, () => {
      const found = complaints.filter(({ line }) => line === first + index)
      if (!wrong) {
        expect(found).to.deep.equal([])
        return
      }
      expect(found).to.have.lengthOf(1)
      expect(found[0]!.at.startsWith(wrong.at), `marked: ${found[0]!.at}`).to.equal(true)
      expect(found[0]!.says).to.include(wrong.says)
    })
  }
})

describe('an application that declares its plan', () => {
  it('has it in requests and in currentAnalytics()', () => {
    const declared = `${prelude}
declare global { interface SelfsameRegister { plan: typeof plan } }
declare const req: Express.Request
req.analytics.track({ event: 'Logged In' })
currentAnalytics()?.track({ event: 'Signed Up', properties: { method: 'sso' } })
req.analytics.track({ event: 'Ordered' })
currentAnalytics()?.track({ event: 'Signed Up', properties: { method: 1 } })
`
    const found = complaintsIn(declared)
    expect(found.map(({ at }) => at)).to.deep.equal(['event', 'method'])
    expect(found[0]!.says).to.include('"Ordered"')
  }).timeout(60_000)
})

describe('an editor completes', () => {
  /** What is offered at the place of `|`. */
  function offeredAt(statement: string): string[] {
    const before = `${prelude}${statement.slice(0, statement.indexOf('|'))}`
    const text = before + statement.slice(statement.indexOf('|') + 1)
    return withFile(text, (file) => {
      const host: ts.LanguageServiceHost = {
        getScriptFileNames: () => [file],
        getScriptVersion: () => '1',
        getScriptSnapshot: (name) => {
          const content = ts.sys.readFile(name)
          return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content)
        },
        getCurrentDirectory: () => here,
        getCompilationSettings: () => options,
        getDefaultLibFileName: ts.getDefaultLibFilePath,
        fileExists: ts.sys.fileExists,
        readFile: ts.sys.readFile,
        directoryExists: ts.sys.directoryExists,
        getDirectories: ts.sys.getDirectories,
      }
      const service = ts.createLanguageService(host)
      const { entries } = service.getCompletionsAtPosition(file, before.length, {}) ?? {
        entries: [],
      }
      service.dispose()
      // Beside them an editor offers what the quotes hold already.
      return entries.map(({ name }) => name).filter((name) => name !== '')
    })
  }

  const events = ['Order Completed', 'Signed Up', 'Logged In', 'Settings Saved']
  for (const [statement, offered] of [
    ["analytics.track({ userId, event: '|' })", events],
    ["bound.track({ event: '|' })", events],
    ["current?.track({ event: '|' })", events],
    ["lenient.track({ userId, event: '|' })", ['Signed Up']],
    ["analytics.page({ userId, name: '|' })", ['Pricing', 'Checkout']],
    [
      "analytics.track({ userId, event: 'Order Completed', properties: { | } })",
      ['revenue', 'items'],
    ],
    [
      "analytics.track({ userId, event: 'Order Completed', properties: { revenue: 1, | } })",
      ['items'],
    ],
    ["analytics.track({ userId, event: 'Logged In', properties: { | } })", ['method']],
    [
      "analytics.track({ userId, event: 'Signed Up', properties: { method: '|' } })",
      ['password', 'sso'],
    ],
    ["bound.track({ event: 'Order Completed', properties: { | } })", ['revenue', 'items']],
    ['analytics.identify({ userId, traits: { | } })', ['email', 'plan']],
    ["analytics.use((message) => (message.event === '|' ? null : message))", events],
  ] as const) {
    it(`${offered.join(', ')} at ${statement}`, () => {
      expect(offeredAt(statement)).to.have.members([...offered])
    }).timeout(60_000)
  }
})

describe('a plan of 1,000 events', () => {
  /** A program of so many events, each with a call of its own. */
  function programOf(count: number): string {
    const names = Array.from({ length: count }, (_, index) => `Event ${index}`)
    const events = names.map((name) => `'${name}': typed<{ n: number; kind: '${name}' }>(),`)
    const track = (event: string, kind: string): string =>
      `analytics.track({ userId: 'u', event: '${event}', properties: { n: 1, kind: '${kind}' } })`
    return `import { Analytics } from 'selfsame'
import { definePlan, typed } from 'selfsame/plan'
const plan = definePlan({ events: {
${events.join('\n')}
} })
const analytics = new Analytics({ writeKey: 'k', plan })
${names.map((name) => track(name, name)).join('\n')}
${track('Event 0', 'Event 1')}
`
  }

  /** Of the processor, not of the clock, because other tests run at the same time; in milliseconds. */
  function costOf(text: string): number {
    const before = process.cpuUsage()
    const found = complaintsIn(text)
    const { user, system } = process.cpuUsage(before)
    expect(found.map(({ at }) => at)).to.deep.equal(['kind'])
    return (user + system) / 1_000
  }

  it('and 1,000 calls cost the compiler less than six times what one of each costs', () => {
    // Most of that is reading the types of Node. A compiler that looks at all events for each call takes ten times as long.
    const [one, thousand] = [costOf(programOf(1)), costOf(programOf(1_000))]
    expect(thousand / one, `${Math.round(one)} ms, ${Math.round(thousand)} ms`).to.be.below(6)
  }).timeout(120_000)
})

// A program for @segment/analytics-node runs with selfsame instead, and the server receives the same.
import { expect } from 'chai'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type CollectedMessage, startCollector } from '@selfsame/collector'

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const asSelfsame = here('tsconfig.selfsame.json')
const execute = promisify(execFile)

interface Run {
  /** What the program noticed, section by section. */
  notes: Record<string, unknown>
  /** What the server received. */
  messages: readonly CollectedMessage[]
}

describe('must-show 10: a program written for @segment/analytics-node', function () {
  this.timeout(60_000)
  let segment: Run
  let selfsame: Run

  before(async () => {
    ;[segment, selfsame] = await Promise.all([run(), run(asSelfsame)])
  })

  it('makes the server receive the same fields', () => {
    expect(selfsame.messages.map(comparable)).to.deep.equal(segment.messages.map(comparable))
    expect(segment.messages).to.have.length.above(20)
  })

  it('ran on the one, then on the other', () => {
    const libraries = ({ messages }: Run): unknown[] => [
      ...new Set(messages.map(({ context }) => (context?.library as { name: string }).name)),
    ]
    expect(libraries(segment)).to.deep.equal(['@segment/analytics-node'])
    expect(libraries(selfsame)).to.deep.equal(['selfsame'])
  })

  it('notices no difference', () => {
    expect(selfsame.notes).to.deep.equal(segment.notes)
  })

  it('compiles', async () => {
    const compiler = here('../../node_modules/typescript/bin/tsc')
    const checked = execute(process.execPath, [compiler, '--noEmit', '--project', asSelfsame])
    const complaints = await checked.then(
      () => '',
      (error: unknown) => (error as { stdout: string }).stdout,
    )
    expect(complaints).to.equal('')
  })
})

/** Runs the program to its end, with what the tsconfig says that the Segment package is. */
async function run(tsconfig?: string): Promise<Run> {
  await using collector = await startCollector()
  const { stdout } = await execute(process.execPath, ['--import', 'tsx', here('program.ts')], {
    cwd: here('../..'),
    env: {
      ...process.env,
      COLLECTOR: collector.url,
      NODE_ENV: 'development',
      ...(tsconfig === undefined ? {} : { TSX_TSCONFIG_PATH: tsconfig }),
    },
  })
  const notes = JSON.parse(stdout) as Run['notes']
  return { notes, messages: collector.messages }
}

/** A message less what differs by its nature: ids and times that nobody gave, and which library made it. */
function comparable(message: CollectedMessage): Record<string, unknown> {
  const { receivedAt, sentAt, timestamp, originalTimestamp, messageId, ...rest } = message
  expect(
    [receivedAt, sentAt, timestamp, originalTimestamp].map((time) => typeof time),
  ).to.deep.equal(Array(4).fill('string'))
  const { _metadata, integrations, context, ...fields } = rest
  expect(_metadata === undefined || typeof _metadata === 'object').to.be.true
  const { library, ...circumstances } = context ?? {}
  expect(library).to.have.keys('name', 'version')
  return {
    ...fields,
    context: circumstances,
    ...(integrations && Object.keys(integrations).length > 0 ? { integrations } : {}),
    ...(originalTimestamp?.startsWith('2026-01-02') ? { originalTimestamp } : {}),
    ...(messageId.startsWith('given') ? { messageId } : {}),
  }
}

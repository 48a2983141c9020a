// `selfsame plan check`: which messages violate a plan. And from where a plan can be loaded.

import { expect } from 'chai'
import { track, withProject, type Project } from './plan-project.js'

const plan = `
import { definePlan, typed } from 'selfsame/plan'
import { z } from 'zod'
export default definePlan({
  events: {
    'Order Completed': z.strictObject({ revenue: z.number(), items: z.array(z.object({ sku: z.string() })).optional() }),
    'Signed Up': typed(),
  },
  traits: z.object({ email: z.email().optional() }),
})
`

const orders = [
  track('Order Completed', { revenue: 1 }, 'm1'),
  track('Order Completed', { revenue: 'a secret' }, 'm2'),
  track('Order Completed', { revenue: 'a secret' }, 'm3'),
  track('Order Completed', { revenue: 1, items: [{ sku: 1 }, { sku: 2 }] }, 'm4'),
  track('Order completed', {}, 'm5'),
  track('Signed Up', { anything: 1 }, 'm6'),
]

describe('selfsame plan check', () => {
  it('says what is wrong, how often, and where first; never a value', () =>
    withProject(async ({ write, run }) => {
      write('plan.mjs', plan)
      write('m.ndjson', orders)
      const { code, stdout, stderr } = await run(['plan', 'check', 'm.ndjson'])
      expect(stdout).to.equal(`4 of 6 messages violate the plan:
  2 × track "Order Completed": properties.revenue is a string, which the plan does not allow; first: m.ndjson:2
  1 × track "Order Completed": properties.items.0.sku is a number, which the plan does not allow; first: m.ndjson:4
  1 × track: "Order completed" is not in the plan; did you mean "Order Completed"?; first: m.ndjson:5
`)
      expect(stderr).to.equal('not checked, for their schemas are types alone: Signed Up\n')
      expect(code).to.equal(3)
    }))

  it('prints a report for programs, and what the schemas say if asked', () =>
    withProject(async ({ write, run }) => {
      write('plan.mjs', plan)
      write('m.ndjson', orders)
      const { stdout } = await run(['plan', 'check', 'm.ndjson', '--json'])
      const report = JSON.parse(stdout) as { violations: object[] }
      expect(report).to.include({ messages: 6, violating: 4, broken: 0, unlisted: 0 })
      expect(report.violations[0]).to.deep.equal({
        type: 'track',
        name: 'Order Completed',
        violation: 'Invalid Value',
        field: 'properties.revenue',
        words: 'properties.revenue is a string, which the plan does not allow',
        first: 'm.ndjson:2',
        count: 2,
      })
      const shown = await run(['plan', 'check', 'm.ndjson', '--show-values'])
      expect(shown.stdout).to.include('(Invalid input: expected number, received string)')
    }))

  it('makes messages of rows as a backfill does, and rejects what a backfill would reject', () =>
    withProject(async ({ write, run }) => {
      write('plan.mjs', plan)
      write(
        'users.csv',
        'id,email,at\n1,a@example.com,2024-05-01\n2,none,2024-05-01\n3,b@example.com,never\n',
      )
      const mapping = ['--user-id', 'id', '--timestamp', 'at', '--trait', 'email']
      const { code, stdout } = await run(['plan', 'check', 'users.csv', ...mapping])
      expect(stdout).to.match(
        /^1 of 2 messages violates the plan:\n {2}1 × identify: traits\.email is a string/,
      )
      expect(stdout).to.match(
        /first: users\.csv:3\n1 could not be read: the first is users\.csv:4: timestamp/,
      )
      expect(code).to.equal(3)

      write(
        'map.mjs',
        "export default (row) => ({ type: 'track', event: row.email, userId: row.id, timestamp: '2024-05-01' })",
      )
      const mapped = await run(['plan', 'check', 'users.csv', '--map', 'map.mjs'])
      expect(mapped.stdout).to.include('3 of 3 messages violate the plan')
    }))

  it('takes several files, JSON arrays, bodies of requests, dead letters and standard input', () =>
    withProject(async ({ write, run }) => {
      write('plan.mjs', plan)
      write('a.json', JSON.stringify(orders))
      write('b.ndjson', [{ batch: orders }, { code: 'rejected', message: orders[1]! }])
      const { stdout } = await run(['plan', 'check', 'a.json', 'b.ndjson', '-'], {
        input: JSON.stringify(orders[0]),
      })
      expect(stdout).to.match(/^9 of 14 messages violate the plan:\n {2}5 × /)
    }))

  it('exits with 0 if nothing is wrong, and with 3 if something cannot be read', () =>
    withProject(async ({ write, run }) => {
      write('plan.mjs', plan)
      write('m.ndjson', [orders[0]!])
      expect(await run(['plan', 'check', 'm.ndjson'])).to.include({ code: 0 })
      write('m.ndjson', [orders[0]!, { neither: true }])
      const { code, stdout } = await run(['plan', 'check', 'm.ndjson'])
      expect(stdout).to.match(
        /^1 message: all are as planned\n1 could not be read: the first is m\.ndjson:2/,
      )
      expect(code).to.equal(3)
    }))
})

describe('the plan of a command', () => {
  const load = async ({ write, run }: Project, name: string, content: string, env = {}) => {
    write(name, content)
    write('m.ndjson', [orders[0]!])
    return await run(['plan', 'check', 'm.ndjson', '--plan', name], { env })
  }

  it('is plan.ts, plan.mts, plan.mjs or plan.js if none is named', () =>
    withProject(async ({ write, run }) => {
      write('m.ndjson', orders)
      expect(await run(['plan', 'check', 'm.ndjson'])).to.deep.include({
        code: 2,
        stderr:
          'selfsame: there is no plan.ts, plan.mts, plan.mjs, plan.js here: give the file of the plan\n',
      })
    }))

  it('may be exported as plan or by default, also of CommonJS', () =>
    withProject(async (project) => {
      const named = plan.replace('export default', 'export const plan =')
      expect(await load(project, 'named.mjs', named)).to.include({ code: 0 })
      const common = plan
        .replace(/import (.*) from (.*)/g, 'const $1 = require($2)')
        .replace('export default', 'exports.plan =')
      expect(await load(project, 'common.cjs', common)).to.include({ code: 0 })
    }))

  // What Node itself runs depends on its version: with an enum it never does without a tool.
  const typeScript = (use: string) => `${plan.replace('typed()', 'typed<{ a: number }>()')}\n${use}`
  const parts =
    "import { one } from './part.js'\nenum Size { Small, Large }\nexport const size = Size.Large + one\n"

  for (const tool of ['tsx', 'esbuild']) {
    it(`may be TypeScript, by ${tool}`, () =>
      withProject(async (project) => {
        project.install(tool)
        project.write('part.ts', 'export const one: number = 1')
        const done = await load(project, 'plan.ts', typeScript(parts))
        expect(done.stderr).to.equal('not checked, for their schemas are types alone: Signed Up\n')
        expect(done).to.include({ code: 0 })
      }))
  }

  it('says what to install if nothing runs TypeScript', function () {
    // Node runs it by itself from 22.18 on.
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    const isRun = major > 22 || (major === 22 && minor >= 18)
    return withProject(async (project) => {
      const done = await load(project, 'plan.ts', typeScript(''))
      if (isRun) expect(done).to.include({ code: 0 })
      else {
        expect(done.stderr).to.match(
          /^selfsame: the plan plan\.ts cannot be loaded: Node [\d.]+ runs no TypeScript; install tsx in the project, use Node 22\.18 or later, or write the plan as \.mjs\n$/,
        )
        expect(done.code).to.equal(2)
      }
    })
  })

  for (const [what, content, says] of [
    ['exports no plan', 'export default {}', /plan\.mjs exports no plan; allowed: /],
    ['throws', "throw new Error('no')", /the plan plan\.mjs cannot be loaded: no$/m],
    ['is no JavaScript', 'const', /the plan plan\.mjs cannot be loaded: /],
    ['lacks a package', "import 'none'", /cannot be loaded: Cannot find package 'none'/],
    [
      'has an asynchronous schema',
      "import { definePlan } from 'selfsame/plan'\nexport default definePlan({ events: { A: { '~standard': { version: 1, vendor: 'x', validate: async (value) => ({ value }) } } } })",
      /the schema of "A" is asynchronous/,
    ],
  ] as const) {
    it(`is refused if it ${what}`, () =>
      withProject(async (project) => {
        const done = await load(project, 'plan.mjs', content)
        expect(done.stderr).to.match(says)
        expect(done.code).to.equal(2)
      }))
  }

  it('is refused if there is no such file', () =>
    withProject(async ({ write, run }) => {
      write('m.ndjson', orders)
      const done = await run(['plan', 'check', 'm.ndjson', '--plan', 'none.ts'])
      expect(done).to.deep.include({
        code: 2,
        stderr: 'selfsame: the plan none.ts cannot be read: ENOENT\n',
      })
    }))
})

describe('selfsame dev --plan', () => {
  it('prints below a message what is not as planned', () =>
    withProject(async ({ write, start }) => {
      write('plan.mjs', plan)
      const { child, outcome } = start(['dev', '--port', '0', '--plan', 'plan.mjs'])
      const [url] = await new Promise<RegExpExecArray>((resolve) => {
        let text = ''
        child.stderr?.on('data', (part: Buffer) => {
          text += part.toString()
          const found = /http:\/\/[\d.:]+/.exec(text)
          if (found) resolve(found)
        })
      })
      const printed = new Promise<void>((resolve) => {
        child.stdout?.on('data', (part: Buffer) => {
          if (part.includes('not as planned')) resolve()
        })
      })
      await fetch(`${url}/v1/batch`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Basic ${btoa('k:')}` },
        body: JSON.stringify({ batch: orders.slice(0, 2) }),
      })
      await printed
      child.kill('SIGINT')
      const { stdout, code } = await outcome
      const lines = stdout.trimEnd().split('\n')
      expect(lines).to.have.lengthOf(3)
      expect(lines[2]).to.equal(
        '  not as planned: properties.revenue: Invalid input: expected number, received string',
      )
      expect(code).to.equal(0)
    }))
})

// The matchers within the test runners themselves: their own matchers, what a failure says, fake timers, and types.
import { expect } from 'chai'
import { run, runInstalled } from './support/run.js'
import { installedBesideTestRunners } from './support/test-runners.js'

describe('selfsame/testing', function () {
  // Installing takes as long as the registry does.
  this.timeout(300_000)

  it('works in Jest, with its matchers and its fake timers', async () => {
    const { folder } = await installedBesideTestRunners()
    const { stderr } = await runInstalled(folder, 'jest', ['^.*/testing/matchers/jest'])
    expect(stderr).to.match(/^Tests: +3 passed, 3 total$/m)
    expect(stderr).to.not.match(/did not exit|open handle|failed to exit|Warning/)
  })

  it('works in Jest if all timers are faked before anything is imported', async () => {
    const { folder } = await installedBesideTestRunners()
    const config = JSON.stringify({ fakeTimers: { enableGlobally: true } })
    const args = ['--config', config, '^.*/testing/matchers/globals']
    const { stderr } = await runInstalled(folder, 'jest', args)
    expect(stderr).to.match(/^Tests: +1 passed, 1 total$/m)
  })

  it('works in Vitest, with its matchers and its fake timers', async () => {
    const { folder } = await installedBesideTestRunners()
    const { stdout, stderr } = await runInstalled(folder, 'vitest', [
      'run',
      'vitest.test',
      '--dir=matchers',
    ])
    expect(stdout).to.match(/Tests +\S*3 passed/)
    expect(stderr).to.equal('')
  })

  it('types the matchers of Vitest, of Jest in both ways, and of chai', async () => {
    const { folder } = await installedBesideTestRunners()
    await runInstalled(folder, 'tsc', ['--project', 'matchers/types'])
  })

  it('loads no HTTP client', async () => {
    const { folder } = await installedBesideTestRunners()
    const program = `
      import { testAnalytics } from 'selfsame/testing'
      const analytics = testAnalytics()
      analytics.track({ userId: 'u1', event: 'A' })
      console.log(JSON.stringify(await analytics.close()))
      console.log(process.moduleLoadList.filter((name) => / (https?|tls)$/.test(name)).join())`
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: folder,
    })
    expect(stdout.trim().split('\n')).to.deep.equal(['{"delivered":1,"failed":0,"pending":0}'])
  })
})

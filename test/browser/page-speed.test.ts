// How much the page weighs, how soon it shows something, and what it costs while very much arrives.
import { expect } from 'chai'
import { browser } from './support/chromium.js'
import { load, type Measured } from './support/load.js'
import { eachWithShop } from './support/inspector.js'

describe('the weight of the page', () => {
  const shop = eachWithShop()

  it('is at most 60 KB on the wire, of four files', async () => {
    const context = await browser().newContext()
    try {
      const page = await context.newPage()
      const session = await context.newCDPSession(page)
      await session.send('Network.enable')
      const urls = new Map<string, string>()
      let bytes = 0
      const files = new Set<string>()
      session.on('Network.responseReceived', ({ requestId, response }) => {
        urls.set(requestId, new URL(response.url).pathname)
      })
      session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
        const path = urls.get(requestId) ?? ''
        if (path.startsWith('/_/')) return
        files.add(path)
        bytes += encodedDataLength
      })
      await page.goto(shop().url, { waitUntil: 'load' })
      await page.locator('main').waitFor()
      while (files.size < 4) await page.evaluate('new Promise(requestAnimationFrame)')
      expect([...files].sort()).to.deep.equal([
        '/',
        '/page/icon.svg',
        '/page/page.css',
        '/page/page.js',
      ])
      expect(bytes).to.be.within(10_000, 60_000)
    } finally {
      await context.close()
    }
  })

  it('is shown with its first messages within 300 ms', async () => {
    const batch = Array.from({ length: 500 }, (_, place) => ({
      type: 'track',
      userId: `u${place}`,
      event: 'E',
      properties: { plan: 'premium', place },
    }))
    await shop().send('web', ...batch)
    const context = await browser().newContext()
    try {
      const page = await context.newPage()
      const times: number[] = []
      for (let count = 0; count < 5; count += 1) {
        await page.goto(`${shop().url}/?count=${count}`)
        times.push(await page.evaluate<number>(FIRST_ROW))
      }
      // The best: the machine may be busy with something else.
      expect(Math.min(...times), times.join()).to.be.at.most(300)
    } finally {
      await context.close()
    }
  })
})

/** When the first row was there, ms since the address was opened. */
const FIRST_ROW = `new Promise((resolve) => {
  const look = () => {
    if (document.querySelector('.rows a') === null) requestAnimationFrame(look)
    else resolve(performance.now())
  }
  look()
})`

describe('the page while 5,000 messages a second arrive', () => {
  let measured: Measured

  before(async function () {
    const seconds = Number(process.env.PAGE_LOAD_SECONDS ?? 15)
    this.timeout(120_000 + seconds * 2000)
    measured = await load({ seconds, perSecond: 5000, before: 200_000 })
    if (process.env.PAGE_LOAD_SECONDS !== undefined) console.log(measured)
  })

  it('was loaded as said: 200,000 in the store, 5,000 a second', () => {
    expect(measured.stored).to.be.at.least(200_000)
    expect(measured.perSecond).to.be.within(4500, 5500)
  })

  it('says that it shows a sample, and keeps 500 rows', () => {
    expect(measured.status).to.match(/^A sample: [\d,]+ of the last second are kept, but not shown/)
    expect(measured.rows).to.be.within(200, 500)
  })

  it('stays under 100 MB of heap, and does not grow', () => {
    expect(measured.heap.most).to.be.below(100_000_000)
    expect(measured.heap.end).to.be.below(50_000_000)
  })

  it('has no long task over 200 ms', () => {
    expect(measured.longestTask).to.be.at.most(200)
  })

  it('answers a key press within 100 ms', () => {
    expect(measured.keys.length).to.be.above(5)
    const times = measured.keys.toSorted((a, b) => a - b)
    // The browser gives the other two of a hundred when the machine's cores are at something else.
    expect(times[Math.floor(times.length * 0.98)], times.join()).to.be.at.most(100)
  })

  it('shows the rest when it is calm again', () => {
    expect(measured.calm).to.match(/^Live\./)
  })
})

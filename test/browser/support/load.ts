// A page under load: what it costs, as the browser measures it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { browser } from './chromium.js'

export interface Load {
  /** For how long messages arrive. */
  readonly seconds: number
  readonly perSecond: number
  /** How many are in the store before. */
  readonly before: number
}

export interface Measured {
  readonly stored: number
  /** How many messages a second the collector counted, on average. */
  readonly perSecond: number
  readonly rows: number
  /** What the page says of itself, during and after. */
  readonly status: string
  readonly calm: string
  /** Bytes, after a garbage collection: the most that was seen, and at the end. */
  readonly heap: { readonly most: number; readonly end: number }
  /** ms */
  readonly longestTask: number
  /** From each press of a key to the next frame in which its effect is seen, ms. */
  readonly keys: readonly number[]
}

/** Watches before any script of the page runs. */
const WATCH = `
  window.tasks = [0]
  window.keys = []
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.tasks.push(duration)
  }).observe({ type: 'longtask', buffered: true })
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (name === 'keydown') window.keys.push(duration)
  }).observe({ type: 'event', buffered: true, durationThreshold: 16 })
`

/** The collector is a process of its own, as it is in life. */
export async function load({ seconds, perSecond, before }: Load): Promise<Measured> {
  const program = fileURLToPath(new URL('./load-child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', program, String(before)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const line = async () => String((await lines.next()).value)
  const tell = (text: string) => child.stdin.write(`${text}\n`)
  const context = await browser().newContext()
  try {
    const url = await line()
    await context.addInitScript(WATCH)
    const page = await context.newPage()
    await page.goto(url)
    await page.locator('.rows a').first().waitFor()
    tell(`send ${perSecond} ${seconds}`)
    const watched = await watch(page, seconds)
    const [stored = 0, sent = 0, took = 1] = (await line()).split(' ').map(Number)
    return {
      ...watched,
      stored,
      perSecond: sent / took,
      calm: await calmStatus(page),
    }
  } finally {
    await context.close()
    tell('end')
    await once(child, 'exit')
  }
}

async function watch(page: Page, seconds: number) {
  const session = await page.context().newCDPSession(page)
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage')
    return (await session.send('Runtime.getHeapUsage')).usedSize
  }
  const end = performance.now() + seconds * 1000
  let most = 0
  let status = ''
  while (performance.now() < end) {
    // It pauses, and goes on: each press changes what is seen.
    await page.keyboard.press('p')
    await page.keyboard.press('p')
    await page.keyboard.press('j')
    await page.waitForTimeout(700)
    most = Math.max(most, await usedHeap(page))
    const said = await page.locator('.status').innerText()
    if (said.startsWith('A sample')) status = said
  }
  const rows = await page.locator('.rows a').count()
  const tasks = await page.evaluate<number[]>('window.tasks')
  const keys = await page.evaluate<number[]>('window.keys')
  return { rows, status, heap: { most, end: await heap() }, longestTask: Math.max(...tasks), keys }
}

/** What the page says when nothing has been left out for a while. */
async function calmStatus(page: Page): Promise<string> {
  const live = page.locator('.status', { hasText: /^Live\./ })
  for (;;) {
    await live.waitFor()
    // It may say so for a moment while a report of what was left out is on its way.
    await page.waitForTimeout(500)
    const said = await page.locator('.status').innerText()
    if (said.startsWith('Live.')) return said
  }
}

/** Without a collection, which would be a long task of our own making. */
function usedHeap(page: Page): Promise<number> {
  return page.evaluate<number>('performance.memory.usedJSHeapSize')
}

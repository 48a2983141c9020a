// npm run screenshots: makes the pictures of README and docs from the real page, with the same data each time.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { animated } from './animated.js'
import { drawingFile } from './drawing-file.js'
import { janeDoe, NOW, Stage } from './stage.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const pictures = `${root}pictures/`
mkdirSync(pictures, { recursive: true })

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
})

/** A tab whose clock stands still, in UTC, so that the pictures are the same each time. */
async function tab(size: { width: number; height: number }, colorScheme: 'light' | 'dark') {
  const context = await browser.newContext({
    viewport: size,
    colorScheme,
    timezoneId: 'UTC',
    locale: 'en',
  })
  const page = await context.newPage()
  await page.clock.setFixedTime(NOW)
  return page
}

function written(path: string, content: string | Buffer): void {
  writeFileSync(path, content)
  console.log(`${path.slice(root.length)} ${Buffer.byteLength(content)} bytes`)
}

/** What one has open all day, and what one looks at. */
async function views(): Promise<void> {
  const stage = await Stage.open()
  try {
    await stage.day()
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await tab({ width: 1120, height: 620 }, colorScheme)
      const shoot = async (name: string, path: string, ready: string) => {
        await page.goto(stage.url + path)
        await page.locator(ready).first().waitFor()
        await page.locator('.connection.live').waitFor()
        written(`${pictures}${name}-${colorScheme}.png`, await page.screenshot())
      }
      await shoot('messages', '/?message=refused&tab=resolution', '.steps .dropped')
      await page.context().close()
    }
  } finally {
    await stage.close()
  }
}

/** The drawing of Jane Doe, as a picture of its own. */
async function jane(): Promise<void> {
  const stage = await Stage.open()
  try {
    await stage.send(janeDoe())
    const page = await tab({ width: 1000, height: 900 }, 'light')
    await page.goto(`${stage.url}/people/user_id:abc123def`)
    await page.locator('.drawing .lane').nth(6).waitFor()
    written(
      `${root}docs/jane-doe.svg`,
      await drawingFile(page, `${root}packages/collector/lib/inspector/styles/`),
    )
    await page.context().close()
  } finally {
    await stage.close()
  }
}

/** A visitor signs up, and becomes one person before one's eyes. */
async function signUp(): Promise<void> {
  const stage = await Stage.open()
  const size = { width: 860, height: 560 }
  try {
    const page = await tab(size, 'light')
    const frames: { png: Buffer; seconds: number }[] = []
    const shoot = async (seconds: number) => {
      frames.push({ png: await page.screenshot(), seconds })
    }
    await page.goto(stage.url)
    await page.locator('.connection.live').waitFor()
    await page.getByRole('heading', { name: 'Nothing has arrived yet' }).waitFor()
    await shoot(2)
    for (const [place, message] of stage.visit().entries()) {
      await stage.send([message])
      await rows(page, place + 1)
      await shoot(1.2)
    }
    await page.goto(`${stage.url}/people/anonymous_id:5f1c9cc4-3b5f-4d2c`)
    await page.locator('.drawing .lane').first().waitFor()
    await page.locator('.connection.live').waitFor()
    await shoot(2.5)
    await stage.send(stage.signUp())
    await page.getByRole('heading', { name: 'Jane Doe' }).waitFor()
    await shoot(2.5)
    await page.locator('.drawing .column').last().hover()
    await page.locator('figcaption strong').waitFor()
    await shoot(5)
    written(`${pictures}sign-up.svg`, animated(frames, size))
    await page.context().close()
  } finally {
    await stage.close()
  }
}

async function rows(page: Page, count: number): Promise<void> {
  await page
    .locator('.rows a')
    .nth(count - 1)
    .waitFor()
}

await views()
await jane()
await signUp()
await browser.close()

// The drawing of a person as a file of its own: it brings its style, for light and dark.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { transform } from 'esbuild'

/** @param styles - The folder of the page's style sheets. */
export async function drawingFile(page: Page, styles: string): Promise<string> {
  const [svg, width, height] = await page.evaluate<[string, number, number]>(TAKE)
  const css = await styleOf(styles, svg)
  const box = `${-EDGE} ${-EDGE} ${width + 2 * EDGE} ${height + 2 * EDGE}`
  return `<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="${box}"><title>How Jane Doe came together: seven ids, joined by four messages</title><style>${css}</style><rect x="${-EDGE}" y="${-EDGE}" width="100%" height="100%" rx="8" class="ground"/>${svg}</svg>\n`
}

/** Around the drawing, px. */
const EDGE = 20

function isIn(svg: string, name: string): boolean {
  return name === 'drawing' || new RegExp(`class="[^"]*\\b${name}\\b`).test(svg)
}

/** What it shows, without what a page does with it, and with short numbers. */
const TAKE = `(() => {
  const drawing = document.querySelector('.drawing').cloneNode(true)
  for (const element of drawing.querySelectorAll('title, .column, .name-area')) element.remove()
  for (const element of drawing.querySelectorAll('*')) {
    for (const name of ['tabindex', 'tabIndex', 'role', 'aria-label', 'aria-hidden']) element.removeAttribute(name)
    for (const { name, value } of [...element.attributes]) {
      if (/^-?\\d+\\.\\d+$/.test(value)) element.setAttribute(name, String(Math.round(Number(value))))
    }
  }
  return [drawing.innerHTML, Math.round(drawing.width.baseVal.value), Math.round(drawing.height.baseVal.value)]
})()`

/** Only what the drawing has. */
async function styleOf(folder: string, svg: string): Promise<string> {
  const base = readFileSync(`${folder}1-base.css`, 'utf8')
  const drawing = readFileSync(`${folder}5-drawing.css`, 'utf8')
    .split('\n\n')
    .filter((rule) =>
      [...rule.matchAll(/\.([a-z][\w-]*)/g)].every(([, name = '']) => isIn(svg, name)),
    )
    .join('\n')
  const used = new Set([...drawing.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name))
  const [light = '', dark = ''] = [...base.matchAll(/:root \{([^}]*)\}/g)].map(([, body = '']) =>
    body
      .split(';')
      .filter((each) => used.has(each.trim().split(':')[0]))
      .join(';'),
  )
  const sheet = `.ground{fill:var(--ground)}:root{${light}}@media (prefers-color-scheme:dark){:root{${dark}}}${drawing}`
  const { code } = await transform(sheet, { loader: 'css', minify: true })
  return code.trim()
}

// node examples/backfill/picture.js: draws docs/backfill-bar.svg, a recording of the command on a terminal of 80 columns.
// 40,000 made-up users go into a collector of its own, which is down for a while. It needs `script` of util-linux.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startCollector } from '@selfsame/collector'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'selfsame-picture-'))
const rows = Array.from({ length: 40_000 }, (_, n) => {
  // Some of them have no date that anybody could read.
  const date = n % 900 === 7 ? 'unknown' : new Date(1_300_000_000_000 + n * 9_000_000).toISOString()
  return `user-${n},user-${n}@example.com,${n % 3 === 0 ? 'premium' : 'free'},${date}`
})
writeFileSync(join(folder, 'users.csv'), ['id,email,plan,created_at', ...rows, ''].join('\n'))

const collector = await startCollector({ keep: false })
const shown =
  'npx selfsame backfill users.csv --user-id id --timestamp created_at --trait email --trait plan'
const command = shown.replace('npx selfsame', `node ${join(root, 'dist/cli.js')}`)
const child = spawn('script', ['-qec', `stty cols 80; ${command} --rate 8000`, '/dev/null'], {
  cwd: folder,
  env: { ...process.env, SEGMENT_WRITE_KEY: 'picture', SEGMENT_HOST: collector.url },
  stdio: ['ignore', 'pipe', 'inherit'],
})

/** What stood on the screen, and from when on, in seconds. */
const frames = [{ at: 0, lines: [''], folded: [''] }]
const began = performance.now()
child.stdout.on('data', (data) => {
  const lines = [...frames.at(-1).lines]
  // A carriage return with the code that clears the line, or a new line.
  const output = data.toString().replaceAll('\r\n', '\n').replaceAll('\r\u001B[K', '\r')
  for (const part of output.split(/([\n\r])/)) {
    if (part === '\n') lines.push('')
    else if (part === '\r') lines[lines.length - 1] = ''
    else lines[lines.length - 1] += part
  }
  const folded = lines.flatMap((line) => line.match(/.{1,80}/g) ?? [''])
  frames.push({ at: (performance.now() - began) / 1000, lines, folded })
})
setTimeout(() => void collector.down(), 2000)
setTimeout(() => void collector.up(), 3500)
await new Promise((resolve) => child.once('close', resolve))
await collector.close()
rmSync(folder, { recursive: true })

writeFileSync(join(root, 'docs/backfill-bar.svg'), drawing(frames))

function drawing(all) {
  // One in a third of a second is enough, and the last one stays for four seconds.
  const chosen = all.filter(
    ({ at }, i) => i === 0 || Math.floor(at * 3) > Math.floor(all[i - 1].at * 3),
  )
  if (chosen.at(-1) !== all.at(-1)) chosen.push(all.at(-1))
  const seconds = chosen.at(-1).at + 4
  const command = [
    '$ export SEGMENT_WRITE_KEY=…',
    `$ ${shown.slice(0, 76)}`,
    `  ${shown.slice(76)}`,
  ]
  const height = 16 + 18 * (command.length + Math.max(...chosen.map(({ folded }) => folded.length)))
  const drawn = chosen.map(({ at, folded }, i) => {
    const from = (at / seconds).toFixed(4)
    const to = ((chosen[i + 1]?.at ?? seconds) / seconds).toFixed(4)
    const isLast = i === chosen.length - 1
    const values = i === 0 ? 'inline;none' : isLast ? 'none;inline' : 'none;inline;none'
    const times = i === 0 ? `0;${to}` : isLast ? `0;${from}` : `0;${from};${to}`
    const animation = `<animate attributeName="display" values="${values}" keyTimes="${times}" dur="${seconds.toFixed(1)}s" calcMode="discrete" repeatCount="indefinite"/>`
    // A viewer without animation shows the last frame.
    return `<g display="${isLast ? 'inline' : 'none'}">${animation}${text(folded, command.length)}</g>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 690 ${height}" width="690" height="${height}" role="img">
<title>selfsame backfill on a terminal: a bar with rate, time left and rejects; an outage; the report</title>
<rect width="100%" height="100%" rx="6" fill="#1e1e1e"/>
<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13.5" fill="#dddddd" xml:space="preserve">
${text(command, 0)}
${drawn.join('\n')}
</g>
</svg>
`
}

function text(lines, row) {
  return lines
    .map((line, i) =>
      line === '' ? '' : `<text x="12" y="${22 + 18 * (row + i)}">${escaped(line)}</text>`,
    )
    .join('')
}

function escaped(line) {
  // Viewers collapse plain spaces.
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll(' ', '\u00A0')
}

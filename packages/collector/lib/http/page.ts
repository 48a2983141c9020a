// The page: its files, and the requests that are for it.
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { PAGE_HEADERS } from '../api/exchange/answers.js'
import type { ApiRequest } from '../api/exchange/request.js'

const DOCUMENT = 'index.html'
const TYPES: Readonly<Record<string, string>> = {
  [DOCUMENT]: 'text/html; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
}
const FILES = '/page/'
const VIEW = /^\/(?:messages|people(?:\/[^/]+)?|tables(?:\/[^/]+){0,2}|health)?$/

/**
 * The file that a request is for; undefined if it is for something else. The views have addresses of their own, and
 * are one document. Two of them are health checks as well, for programs: what wants HTML is a browser.
 */
export function pageFileFor(
  method: string,
  path: string,
  accept: string | undefined,
): string | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined
  if (path.startsWith(FILES)) {
    const name = path.slice(FILES.length)
    return name !== DOCUMENT && Object.hasOwn(TYPES, name) ? name : undefined
  }
  return VIEW.test(path) && accept?.includes('text/html') === true ? DOCUMENT : undefined
}

interface PageFile {
  readonly plain: Buffer
  readonly compressed: Buffer
}

/** Read when the first browser asks for it. */
const files = new Map<string, Promise<PageFile>>()

/** Answers with a file of the page. */
export async function answerFile(
  name: string,
  { method, headers }: Pick<ApiRequest, 'method' | 'headers'>,
  response: ServerResponse,
): Promise<void> {
  const { plain, compressed } = await fileOf(name)
  const isCompressed = /\bgzip\b/.test(headers['accept-encoding'] ?? '')
  const body = isCompressed ? compressed : plain
  response.writeHead(200, {
    ...PAGE_HEADERS,
    'content-type': TYPES[name],
    'content-length': body.length,
    'cache-control': 'no-cache',
    vary: 'Accept, Accept-Encoding',
    ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
  })
  response.end(method === 'HEAD' ? undefined : body)
}

function fileOf(name: string): Promise<PageFile> {
  const known = files.get(name)
  if (known !== undefined) return known
  const file = read(name)
  files.set(name, file)
  // It may be there later: the next who asks looks again.
  file.catch(() => files.delete(name))
  return file
}

async function read(name: string): Promise<PageFile> {
  const plain = await readFirst(directories().map((directory) => join(directory, name)))
  return { plain, compressed: await promisify(gzip)(plain) }
}

async function readFirst([path, ...others]: readonly string[]): Promise<Buffer> {
  if (path === undefined) throw new Error('the page is not there: npm run build makes it')
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return readFirst(others)
  }
}

/** Beside the build; or, if this is the source, where the build puts it. */
function directories(): string[] {
  const here = dirname(fileURLToPath(import.meta.url))
  return [join(here, 'page'), join(here, '../../dist/page')]
}

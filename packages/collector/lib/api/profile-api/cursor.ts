// Lists in pieces, as Segment's Profile API gives them.
import { invalid } from '../exchange/api-error.js'
import type { Query } from '../exchange/query.js'
import type { ApiRequest } from '../exchange/request.js'

export interface Cursor {
  /** The address of the next piece, or of this one if it is the last. */
  readonly url: string
  readonly has_more: boolean
  /** To be given as `next`; empty at the end. */
  readonly next: string
  readonly limit: number
}

export interface Piece<Item> {
  readonly items: readonly Item[]
  readonly cursor: Cursor
}

export interface List<Item> {
  readonly items: readonly Item[]
  /** What `next` says of an item: each item of a list has another. */
  readonly keyOf: (item: Item) => string
  /** The most that `limit` may ask for. */
  readonly max: number
  /** @default 10 */
  readonly usual?: number
}

/** The piece that a request asks for. @throws ApiError for a limit or a `next` that cannot be. */
export function pieceOf<Item>(
  { items, keyOf, max, usual = 10 }: List<Item>,
  query: Query,
  request: ApiRequest,
): Piece<Item> {
  const limit = query.whole('limit', { min: 1, max }, usual)
  const from = query.text('next') ?? ''
  const start = from === '' ? 0 : items.findIndex((item) => keyOf(item) === from)
  if (start === -1) throw invalid('next is not of this list')
  const following = items[start + limit]
  const next = following === undefined ? '' : keyOf(following)
  const url = new URLSearchParams(request.query)
  if (next !== '') url.set('next', next)
  return {
    items: items.slice(start, start + limit),
    cursor: {
      url: url.size === 0 ? request.path : `${request.path}?${url.toString()}`,
      has_more: next !== '',
      next,
      limit,
    },
  }
}

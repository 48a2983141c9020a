// The table of routes: which function answers a method and a path.
import { ApiError, invalid, notFound } from './api-error.js'
import { Query } from './query.js'
import type { ApiAnswer, ApiRequest, ApiStream } from './request.js'

/** A request, read as far as its route says. */
export interface Call {
  readonly request: ApiRequest
  /** What stands in the path at `:name`, decoded. */
  readonly parameters: Readonly<Record<string, string>>
  readonly query: Query
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Segments that begin with a colon take anything: `/_/messages/:messageId`. */
  readonly path: string
  /** The parameters of the query. Undefined: any, those that are not known are ignored. */
  readonly query?: readonly string[] | undefined
  answer(call: Call): Promise<ApiAnswer | ApiStream>
}

export class Router {
  readonly #routes: readonly (Route & { readonly segments: readonly string[] })[]

  constructor(routes: readonly Route[]) {
    this.#routes = routes.map((route) => ({ ...route, segments: route.path.split('/') }))
  }

  /** Whether some method is answered there. */
  knows(path: string): boolean {
    return this.#at(path).length > 0
  }

  /** @throws ApiError if nothing is there, if the method is another, or if the path or query cannot be read. */
  find(request: ApiRequest): { route: Route; call: Call } {
    const here = this.#at(request.path)
    if (here.length === 0) throw notFound('there is no such route')
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const found = here.find(({ route }) => route.method === method)
    if (found === undefined) {
      const allowed = here.map(({ route }) => route.method).join(', ')
      throw new ApiError(405, 'method_not_allowed', `only ${allowed} is answered here`, {
        allow: allowed,
      })
    }
    const { route, segments } = found
    const parameters: Record<string, string> = {}
    route.path.split('/').forEach((name, place) => {
      if (name.startsWith(':')) parameters[name.slice(1)] = decoded(segments[place] ?? '')
    })
    return { route, call: { request, parameters, query: new Query(request.query, route.query) } }
  }

  #at(path: string): { route: Route; segments: readonly string[] }[] {
    const segments = path.split('/')
    return this.#routes
      .filter(
        (route) =>
          route.segments.length === segments.length &&
          route.segments.every((name, place) =>
            name.startsWith(':') ? segments[place] !== '' : name === segments[place],
          ),
      )
      .map((route) => ({ route, segments }))
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw invalid('the path is not percent-encoded UTF-8')
  }
}

// Questions to the API of this collector.

import { noteAnswer } from './pace.js'

/** The API said no; the message is its own, or says that nobody answered. */
export class AskError extends Error {
  override readonly name = 'AskError'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

interface Options {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** @throws AskError */
export async function ask<T>(path: string, { method = 'GET', body, signal }: Options = {}) {
  const start = performance.now()
  const response = await fetched(path, {
    method,
    headers: method === 'GET' ? {} : { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  if (method === 'GET') noteAnswer(performance.now() - start)
  if (response.ok) return (await response.json()) as T
  throw await errorOf(response)
}

async function fetched(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch {
    throw new AskError(0, 'unreachable', 'The collector does not answer.')
  }
}

async function errorOf(response: Response): Promise<AskError> {
  try {
    const { error } = (await response.json()) as { error: { code: string; message: string } }
    return new AskError(response.status, error.code, error.message)
  } catch {
    return new AskError(response.status, 'unknown', `The collector answered ${response.status}.`)
  }
}

/** A query of those parameters that have a value; with its question mark. */
export function queryOf(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, String(value))
  }
  return query.size === 0 ? '' : `?${query.toString()}`
}

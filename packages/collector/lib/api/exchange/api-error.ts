// Why a request is not answered with what it asked for. The shape is that of Segment's Profile API.
import type { ApiAnswer, Headers } from './request.js'
import { jsonAnswer } from './answers.js'

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** For programs. The message is for people. */
  readonly code: string
  readonly #headers: Headers

  constructor(status: number, code: string, message: string, headers: Headers = {}) {
    super(message)
    this.status = status
    this.code = code
    this.#headers = headers
  }

  get answer(): ApiAnswer {
    const body = { error: { code: this.code, message: this.message } }
    return jsonAnswer(body, { status: this.status, headers: this.#headers })
  }
}

export function invalid(message: string): ApiError {
  return new ApiError(400, 'invalid_request_error', message)
}

export function notFound(message: string): ApiError {
  return new ApiError(404, 'not_found', message)
}

/** The result of the work; a TypeError, by which it says that it cannot be done, is answered with 409. */
export async function unlessTypeError<T>(work: () => Promise<T>, code: string): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TypeError) throw new ApiError(409, code, error.message)
    throw error
  }
}

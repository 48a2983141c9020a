// The parameters of a request's query, checked.
import { parseFilter, FilterError, type Filter } from '../../../../../lib/spec/filter/filter.js'
import { ApiError, invalid } from './api-error.js'

export interface Bounds {
  readonly min: number
  readonly max: number
}

export class Query {
  readonly #parameters: URLSearchParams

  /**
   * @param allowed - The names there are; undefined takes any.
   * @throws ApiError for a name that does not exist: a typo would be an answer to another question.
   */
  constructor(parameters: URLSearchParams, allowed: readonly string[] | undefined) {
    this.#parameters = parameters
    if (allowed === undefined) return
    for (const name of parameters.keys()) {
      if (allowed.includes(name)) continue
      const known = allowed.length === 0 ? 'none' : allowed.join(', ')
      throw invalid(`there is no parameter ${JSON.stringify(name)}; allowed: ${known}`)
    }
  }

  text(name: string): string | undefined {
    return this.#parameters.get(name) ?? undefined
  }

  /** A whole number. @throws ApiError */
  whole<Default>(name: string, { min, max }: Bounds, otherwise: Default): number | Default {
    const text = this.text(name)
    if (text === undefined) return otherwise
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN
    if (value >= min && value <= max) return value
    throw invalid(`${name} must be a whole number from ${min} to ${max}`)
  }

  /** @throws ApiError */
  flag(name: string): boolean {
    const text = this.text(name)
    if (text === undefined || text === 'false' || text === '0') return false
    if (text === 'true' || text === '1') return true
    throw invalid(`${name} must be true or false`)
  }

  /** Names with commas between them; undefined if the parameter is not there. */
  list(name: string): string[] | undefined {
    return this.text(name)
      ?.split(',')
      .map((each) => each.trim())
  }

  /** @throws ApiError with the filter's own message. */
  filter(): Filter {
    try {
      return parseFilter(this.text('filter') ?? '')
    } catch (error) {
      if (error instanceof FilterError) throw new ApiError(400, 'invalid_filter', error.message)
      throw error
    }
  }
}

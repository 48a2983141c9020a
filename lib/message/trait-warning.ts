// In development, warns once per trait and process if a reserved trait has a type that services do not expect.

import { warn } from '../runtime/warnings.js'
import { wrongTrait } from '../spec/reserved-traits.js'

// Module state on purpose: the process, not a client, is warned once.
const warned = new Set<string>()

/** The message is sent anyway. Getters of the traits are not called again. */
export function warnOfTraits(type: 'identify' | 'group', traits: object): void {
  for (const [name, { value }] of Object.entries(dataOf(traits))) {
    const problem = wrongTrait(type, name, value)
    if (problem === undefined || warned.has(`${type} ${name}`)) continue
    warned.add(`${type} ${name}`)
    warn('SELFSAME_TRAIT_TYPE', `a trait of ${type}(): ${problem}. Services may leave it out.`)
  }
}

function dataOf(traits: object): Record<string, PropertyDescriptor> {
  try {
    return Object.getOwnPropertyDescriptors(traits)
  } catch {
    // A Proxy that throws: serialising will report it.
    return {}
  }
}

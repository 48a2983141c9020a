// Makes options of the command from the table of the engine's options.

import { Option } from 'commander'
import { entryOf, type ListedOption } from '../../backfill/option-table.js'
import { positiveOrZero, wholeNumber } from './values.js'

/** `--max-in-flight` for `maxInFlight`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

export function engineOption(name: ListedOption, description: string): Option {
  const entry = entryOf(name)
  const flag = flagOf(name)
  if (entry.is === 'switch') return new Option(flag, description)
  const standard = entry.is === 'choice' ? entry.of[0] : entry.default
  const text = standard === Infinity ? description : `${description} (default: ${standard})`
  const argument = { integer: 'n', number: 'n', text: name, choice: name }[entry.is]
  const option = new Option(`${flag} <${argument}>`, text)
  switch (entry.is) {
    case 'integer':
      return option.argParser(wholeNumber(entry.min, entry.max))
    case 'number':
      return option.argParser(positiveOrZero)
    case 'choice':
      return option.choices(entry.of)
    case 'text':
      return option
  }
}

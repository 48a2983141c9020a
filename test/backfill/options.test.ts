// The options of a backfill: a wrong one is refused before anything is read.

import { expect } from 'chai'
import { backfill, type BackfillOptions } from '../../lib/backfill/index.js'
import { errorOf } from './setup.js'

const never = {
  [Symbol.iterator]: (): Iterator<never> => {
    throw new Error('it was read')
  },
}

const messageFor = async (options: unknown): Promise<string> => {
  const error = await errorOf(backfill(never, options as BackfillOptions))
  expect(error).to.be.instanceOf(TypeError)
  return (error as Error).message
}

describe('a wrong option of backfill() is named, with what is allowed:', () => {
  for (const [name, value, text] of [
    ['writeKey', undefined, 'option writeKey is undefined; allowed: a non-empty string'],
    ['writeKey', '', 'option writeKey is an empty string; allowed: a non-empty string'],
    ['name', '', 'option name is an empty string; allowed: a non-empty string'],
    ['map', 'map.mjs', 'option map is a string; allowed: a function'],
    ['mapping', 5, 'option mapping is a number; allowed: a non-empty string'],
    ['rate', -1, 'option rate is -1; allowed: a number, 0 or more'],
    ['rate', NaN, 'option rate is NaN; allowed: a number, 0 or more'],
    ['rate', '500', 'option rate is "500"; allowed: a number, 0 or more'],
    ['maxInFlight', 0, 'option maxInFlight is 0; allowed: a whole number, 1 to 1000'],
    ['timestamp', 'today', `option timestamp is "today"; allowed: 'now'`],
    ['unit', 's', `option unit is "s"; allowed: 'milliseconds' or 'seconds'`],
    ['archived', 1, 'option archived is 1; allowed: true or false'],
    ['active', true, 'option active is true; allowed: false'],
    ['checkpoint', true, 'option checkpoint is true; allowed: the path of a file, or false'],
    ['rejects', false, 'option rejects is false; allowed: the path of a file, or a function'],
    [
      'maxRejects',
      'few',
      `option maxRejects is "few"; allowed: a whole number, 0 or more, or a percentage like '1%'`,
    ],
    [
      'maxRejects',
      '101%',
      `option maxRejects is "101%"; allowed: a whole number, 0 or more, or a percentage like '1%'`,
    ],
    [
      'maxRejects',
      0.5,
      `option maxRejects is 0.5; allowed: a whole number, 0 or more, or a percentage like '1%'`,
    ],
    ['resume', 'yes', `option resume is "yes"; allowed: 'auto', true or false`],
    ['acceptChanges', 'yes', 'option acceptChanges is "yes"; allowed: true or false'],
    ['limit', 0, 'option limit is 0; allowed: a whole number, 1 or more'],
    ['dryRun', 'yes', 'option dryRun is "yes"; allowed: true or false'],
    ['signal', {}, 'option signal is an object; allowed: an AbortSignal'],
    ['onProgress', 1, 'option onProgress is a number; allowed: a function'],
    ['context', [], 'option context is an array; allowed: an object that can be written as JSON'],
    ['dryrun', true, 'backfill() does not know the option dryrun'],
    ['flushAt', 100, 'backfill() does not know the option flushAt'],
  ] as [string, unknown, string][]) {
    it(`${name}: ${String(value)}`, async () => {
      expect(await messageFor({ writeKey: 'k', checkpoint: false, [name]: value })).to.equal(text)
    })
  }

  it('no options at all', async () => {
    expect(await messageFor(undefined)).to.equal(
      'backfill() was given undefined; allowed: an object of options',
    )
  })

  it('the same file for the checkpoint and the rejects', async () => {
    const text = await messageFor({ writeKey: 'k', checkpoint: 'a.json', rejects: './a.json' })
    expect(text).to.include('option rejects is the file of the checkpoint')
  })

  it('the write key is never repeated', async () => {
    expect(await messageFor({ writeKey: ' secret' })).to.not.include('secret')
  })
})

// People by hand: what the documented rules make of messages, whole and one at a time.
import { expect } from 'chai'
import { allScenarios, type Found, type Given, itFindsThePeople } from './scenarios.js'
import { Shelf } from './shelf.js'

describe('scenarios of people', () => {
  it('are at least 60, each with a name of its own', () => {
    const names = allScenarios().map(({ name }) => name)
    expect(names.length).to.be.at.least(60)
    expect(new Set(names).size).to.equal(names.length)
  })

  describe('all messages at once', () => {
    itFindsThePeople((given) => found(given, given.incoming.length))
  })

  describe('one message at a time', () => {
    itFindsThePeople((given) => found(given, 1))
  })
})

function found({ incoming, rules, space }: Given, size: number): Found {
  const shelf = new Shelf(space, rules)
  for (let index = 0; index < incoming.length; index += size) {
    shelf.takeIn(incoming.slice(index, index + size))
  }
  return {
    profiles: shelf.profiles(),
    messages: shelf.messages(),
    accounts: shelf.accounts(),
    violations: shelf.logs.violations,
  }
}

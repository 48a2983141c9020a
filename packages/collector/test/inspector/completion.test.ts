// What a filter could go on with.
import { expect } from 'chai'
import { parseFilter } from '../../../../lib/spec/filter/filter.js'
import { quoted, suggestionsFor, wordAt } from '../../lib/inspector/messages/completion.js'

const texts = (word: string, seen = {}) => suggestionsFor(word, seen).map(({ text }) => text)

describe('the completion of a filter', () => {
  it('finds the word in which the caret stands', () => {
    const text = 'type:track (user:u1 OR -event:"Signed Up" '
    expect(wordAt(text, 3)).to.deep.equal({ start: 0, word: 'typ' })
    expect(wordAt(text, 14)).to.deep.equal({ start: 12, word: 'us' })
    expect(wordAt(text, 40)).to.deep.equal({ start: 24, word: 'event:"Signed Up' })
    expect(wordAt(text, text.length)).to.deep.equal({ start: text.length, word: '' })
    expect(wordAt('', 0)).to.deep.equal({ start: 0, word: '' })
  })

  it('offers keys, and the values of a key', () => {
    expect(texts('')).to.include.members(['type:', 'event:', 'user:']).and.not.to.include('userId:')
    expect(texts('us')).to.deep.equal(['user:', 'userId:'])
    expect(texts('type:t')).to.deep.equal(['type:track '])
    expect(texts('is:')).to.include('is:discarded ')
    const seen = { event: ['Signed Up', 'Sign*', 'Order Placed'] }
    expect(texts('event:', seen)).to.have.length(3)
    expect(texts('event:"sig', seen)).to.deep.equal(['event:"Signed Up" ', 'event:Sign\\* '])
    expect(texts('constructor:')).to.deep.equal([])
  })

  it('writes each value so that the filter means just this', () => {
    const values = ['plain', 'two words', 'a"b', 'back\\slash', '*', '(x)', '>5', '//x', '', 'a:b']
    for (const value of values) {
      const filter = parseFilter(`event:${quoted(value)}`)
      const matches = (event: string) => filter.matches({ message: { type: 'track', event } })
      expect(matches(value), value).to.equal(true)
      expect(matches(`${value}x`), value).to.equal(false)
    }
  })
})

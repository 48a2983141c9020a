// Writes a tree as the text of a filter: what parse() makes the same tree of.
import type { Pattern } from './pattern.js'
import type { Key, Node } from './syntax.js'

// Bare text ends at white space, a quote or a parenthesis.
const NEEDS_QUOTES = /[\s"()]/

export function print(node: Node): string {
  switch (node.kind) {
    case 'all':
      return node.nodes.map((each) => grouped(each, ['all', 'any'])).join(' ')
    case 'any':
      return node.nodes.map((each) => grouped(each, ['any'])).join(' OR ')
    case 'not':
      return `-${grouped(node.node, ['all', 'any', 'not'])}`
    case 'word':
      return printWord(node.pattern)
    case 'is':
      return `is:${node.state}`
    case 'has':
      return `has:${printKey(node.key)}`
    case 'equal':
      return `${printKey(node.key)}:${printValue(node.pattern)}`
    case 'within':
      return `${printKey(node.key)}:${printValue([node.text])}`
    case 'compare': {
      const { operand } = node
      const text = operand.kind === 'number' ? String(operand.value) : operand.text
      return `${printKey(node.key)}:${node.comparator}${printValue([text])}`
    }
  }
}

function grouped(node: Node, kinds: readonly Node['kind'][]): string {
  return kinds.includes(node.kind) ? `(${print(node)})` : print(node)
}

function printWord(pattern: Pattern): string {
  const text = pattern.join('')
  const isPlain = !NEEDS_QUOTES.test(text) && !/^-|[:.]/.test(text)
  return isPlain && !(pattern.length === 1 && /^(OR|AND)$/.test(text))
    ? escaped(pattern)
    : `"${escaped(pattern)}"`
}

function printKey(key: Key): string {
  // A key is text, so that what is special in a head must be quoted.
  return key
    .map((name, place) => {
      const isPlain = !NEEDS_QUOTES.test(name) && !/[:.]/.test(name)
      const isMinus = place === 0 && name.startsWith('-')
      return isPlain && !isMinus ? escaped([name]) : `"${escaped([name])}"`
    })
    .join('.')
}

function printValue(pattern: Pattern): string {
  const text = pattern.join('')
  // A comparator, or the slashes of an address, mean something else if they stand bare.
  const isPlain = !NEEDS_QUOTES.test(text) && !/^([<>]|\/\/)/.test(text)
  const isEmpty = pattern.length === 1 && text === ''
  return isPlain && !isEmpty ? escaped(pattern) : `"${escaped(pattern)}"`
}

function escaped(pattern: Pattern): string {
  return pattern.map((part) => part.replace(/[\\"*]/g, '\\$&')).join('*')
}

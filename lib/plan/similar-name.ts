// Which planned name somebody meant: one that differs by case, spaces or a letter.

/** Longer names are somebody's data rather than a typing error, and take long to compare. */
const longest = 200

/** The first of `names` that is the same but for case and spaces; else the first that is one letter off. */
export function similarName(name: string, names: Iterable<string>): string | undefined {
  if (name.length > longest) return undefined
  const plain = plainOf(name)
  let close: string | undefined
  for (const each of names) {
    const other = plainOf(each)
    if (other === plain) return each
    if (close === undefined && isOneLetterOff(plain, other)) close = each
  }
  return close
}

/** `orderCompleted`, `order_completed` and `Order Completed` are the same. */
function plainOf(name: string): string {
  return name.toLowerCase().replace(/[\s_.:/-]+/g, '')
}

/** One letter more, one less, another one, or two that have changed places. Very short names are all close. */
function isOneLetterOff(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  if (long.length - short.length > 1 || short.length < 3) return false
  let from = 0
  while (from < short.length && short[from] === long[from]) from++
  if (short.length < long.length) return short.slice(from) === long.slice(from + 1)
  if (short.slice(from + 1) === long.slice(from + 1)) return true
  const swapped = short[from] === long[from + 1] && short[from + 1] === long[from]
  return swapped && short.slice(from + 2) === long.slice(from + 2)
}

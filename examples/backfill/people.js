// 10,000 made-up users as a CSV file: node examples/backfill/people.js > users.csv
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'

const given = ['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara', 'Donald', 'Margaret', 'Ken']
const family = ['Noether', 'Fischer', 'Okafor', 'Tanaka', 'Silva', 'Novak', 'Larsen', 'Haddad']
const plans = ['free', 'basic', 'premium']

export const header = 'id,first_name,last_name,email,plan,created_at'

/** The lines of the file. A few have what a real export has: no date, no id, a date of another country. */
export function* lines(count = 10_000) {
  yield header
  for (let n = 1; n <= count; n++) {
    const first = given[n % given.length]
    const last = family[Math.floor(n / given.length) % family.length]
    const created = new Date(Date.UTC(2014, 0, 1) + n * 3_600_000).toISOString()
    const id = n % 2_500 === 17 ? '' : `user-${n}`
    const at = n % 2_500 === 42 ? '' : n % 2_500 === 99 ? '31/12/2014' : created
    yield (
      `${id},${first},${last},${first}.${last}.${n}@example.com`.toLowerCase() +
      `,${plans[n % plans.length]},${at}`
    )
  }
}

if (pathToFileURL(argv[1]).href === import.meta.url) {
  for (const line of lines()) console.log(line)
}

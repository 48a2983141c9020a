// What the messages of the sign-up have become: one person, and rows of tables.
import { line } from './print.js'

export async function person(collector, anonymousId) {
  const profile = await collector.profile(`anonymous_id:${anonymousId}`)
  line(`the profile ${profile.id}`)
  for (const { type, value, createdAt } of profile.identifiers) {
    line(`  ${type.padEnd(13)} ${value}  since ${createdAt}`)
  }
  for (const name of ['identifies', 'users']) {
    const rows = await collector.table(name)
    line(`the table ${name}`)
    for (const { id, user_id: userId, email, plan } of rows) {
      line(`  ${JSON.stringify({ id, ...(userId && { user_id: userId }), email, plan })}`)
    }
  }
}

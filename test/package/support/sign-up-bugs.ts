// Twelve bugs that a sign-up handler may have, each planted into the one of fixtures/sign-up.

export interface Bug {
  /** As the table in docs/testing.md names it. */
  readonly name: string
  readonly from: string
  readonly to: string
}

const identify = `analytics.identify({ userId: user.id, anonymousId, traits })`
const track = `analytics.track({ userId: user.id, anonymousId, event: 'Signed Up', properties })`
const create = `const user = await users.create({ email, password, plan })`

export const bugs: readonly Bug[] = [
  { name: 'the event in another case', from: `'Signed Up'`, to: `'Signed up'` },
  { name: 'a price as text', from: `premium: 9.5`, to: `premium: '9.50'` },
  {
    name: 'the visitor’s id left out',
    from: identify,
    to: `analytics.identify({ userId: user.id, traits })`,
  },
  {
    name: 'the id of the visitor before',
    from: `  const prices = { free: 0, premium: 9.5 }\n`,
    to: `  const prices = { free: 0, premium: 9.5 }\n  let visitor\n`,
  },
  { name: 'a user id that is undefined', from: track, to: track.replace('user.id', 'user.uuid') },
  {
    name: 'tracked before identified',
    from: `${identify}\n    ${track}`,
    to: `${track}\n    ${identify}`,
  },
  { name: 'tracked twice', from: track, to: `${track}\n    ${track}` },
  {
    name: 'tracked if the sign-up is refused',
    from: create,
    to: `analytics.track({ anonymousId, event: 'Signed Up', properties: { plan } })\n    ${create}`,
  },
  {
    name: 'the password among the traits',
    from: `{ email, plan, createdAt`,
    to: `{ email, password, plan, createdAt`,
  },
  {
    name: 'a date that is invalid',
    from: `createdAt: user.createdAt`,
    to: `createdAt: new Date(user.created)`,
  },
  { name: 'a text that is too large', from: `about?.slice(0, 500)`, to: `about` },
  {
    name: 'the client closed after the first request',
    from: `await analytics.flush()`,
    to: `await analytics.closeAndFlush()`,
  },
]

/** The handler with a bug. */
export function withBug(handler: string, { name, from, to }: Bug): string {
  const [before = '', ...after] = handler.split(from)
  if (after.length !== 1) throw new Error(`the bug "${name}" has ${after.length} places`)
  const mutant = `${before}${to}${after.join('')}`
  // Needs a second place.
  return name === 'the id of the visitor before'
    ? mutant.replace(
        `    analytics.identify`,
        `    visitor ??= anonymousId\n    anonymousId = visitor\n    analytics.identify`,
      )
    : mutant
}

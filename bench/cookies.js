// The cookies of a typical page, for the benches that read them.

export const id = 'b14011a5-fbdb-46ca-a67c-794d2e8eb9b5'

/** Segment's. */
export const ids = `ajs_anonymous_id=${id}; ajs_user_id=user-42; ajs_group_id=group-7`

/** What stands beside the ids: a session, a CSRF token, consent, other trackers, preferences. */
export const others = [
  '_ga=GA1.2.1033501218.1368477899',
  '_gid=GA1.2.1201563112.1795300869',
  '_fbp=fb.1.1719590077049.9501318137777440',
  `session=s%3A${'Zm9vYmFyYmF6cXV4'.repeat(14)}`,
  `csrf=${'0123456789abcdef'.repeat(4)}`,
  'OptanonConsent=isGpcEnabled=0&datestamp=Tue+Nov+21+2026&version=202401.1.0&groups=C0001%3A1%2CC0002%3A1',
  `intercom-device-id=${id}`,
  'theme=dark',
  'locale=en-GB',
  `_hjSessionUser_2879837=${'eyJpZCI6IjYwOGM4ZThk'.repeat(12)}`,
  `__stripe_mid=${id}a1b2c3`,
]

/** About a kilobyte, the ids in the middle. */
export const typical = [...others.slice(0, 5), ids, ...others.slice(5)].join('; ')

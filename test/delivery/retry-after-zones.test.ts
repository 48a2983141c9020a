// A Retry-After in the date format of asctime has no zone. It is UTC, whatever zone the machine is in.

import { expect } from 'chai'
import { withCollector } from '../support/clients.js'

/** `Sat Nov 21 10:00:30 2026` */
function asctime(time: number): string {
  const [day = '', date = '', month = '', year = '', clock = ''] = new Date(time)
    .toUTCString()
    .split(/,? /)
  return `${day} ${month} ${date.replace(/^0/, ' ')} ${clock} ${year}`
}

async function inZone(zone: string, work: () => Promise<void>): Promise<void> {
  const before = process.env.TZ
  // Node reads the zone anew when this is written.
  process.env.TZ = zone
  try {
    await work()
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
}

describe('a Retry-After in the format of asctime', () => {
  for (const zone of ['America/New_York', 'Asia/Tokyo']) {
    it(`is waited for until that time, in ${zone}`, () =>
      inZone(zone, () =>
        withCollector(async ({ collector, client }) => {
          // Whole seconds, and not the next one, which may begin at once.
          const until = Math.ceil(Date.now() / 1_000) * 1_000 + 1_000
          collector.misbehave({ status: 429, headers: { 'Retry-After': asctime(until) } })
          const analytics = client()
          analytics.track({ userId: 'u', event: 'E' })
          // In a zone west of UTC a misread date is hours away, and in one east of it past.
          const { delivered } = await analytics.flush({ timeout: 8_000 })
          expect(delivered).to.equal(1)
          expect(collector.requests).to.have.lengthOf(2)
          expect(collector.requests[1]!.at).to.be.at.least(until)
        }),
      ))
  }
})

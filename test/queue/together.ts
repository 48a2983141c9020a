// Tests that wait for most of their time, and wait together.

/** A test for each. All of them are started at once. */
export function together(cases: Readonly<Record<string, () => Promise<void>>>): void {
  const running = new Map<string, Promise<void>>()

  before(() => {
    for (const [title, run] of Object.entries(cases)) {
      const ran = run()
      // It is reported by its own test.
      ran.catch(() => undefined)
      running.set(title, ran)
    }
  })

  for (const title of Object.keys(cases)) it(title, () => running.get(title))
}

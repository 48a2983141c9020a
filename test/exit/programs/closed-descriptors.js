// Closes standard descriptors, as some daemons do, and ends.
import { closeSync } from 'node:fs'
import { Analytics } from 'selfsame'

const [host, descriptors] = process.argv.slice(2)
const analytics = new Analytics({ writeKey: 'k', host })
analytics.track({ userId: 'u', event: 'E' })
for (const descriptor of descriptors.split(',')) closeSync(Number(descriptor))
process.exit(3)

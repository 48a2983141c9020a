// Identifies with traits of wrong types: traits.js HOST
import { Analytics } from 'selfsame'

const analytics = new Analytics({ writeKey: 'k', host: process.argv[2] })
const wrong = { email: 42, createdAt: 'yesterday', age: 'secret-value', first_name: ['x'] }
const right = {
  email: 'a@example.com',
  createdAt: new Date(),
  created_at: '2024-01-01',
  birthday: '1960-02-29',
  age: null,
  address: { city: 'x' },
  id: 7,
  plan: 12,
}
for (let i = 0; i < 3; i++) {
  analytics.identify({ userId: 'u1', traits: wrong })
  analytics.identify({ userId: 'u1', traits: right })
  analytics.group({ userId: 'u1', groupId: 'g1', traits: { employees: 10, plan: true } })
}
await analytics.close()

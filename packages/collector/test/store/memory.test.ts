// The store in memory.
import { MemoryStore } from '../../lib/store/memory/memory-store.js'
import { describeStore } from './conformance.js'

describeStore('memory', () => {
  const store = new MemoryStore()
  return Promise.resolve({ store, close: () => store.close() })
})

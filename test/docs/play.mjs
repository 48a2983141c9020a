// Runs one sample of the documentation. Where it exports a function for a platform to call, calls it as that would.
const sample = await import(process.argv[2])

if (typeof sample.handler === 'function') {
  await sample.handler({ userId: 'u1', plan: 'premium' })
}
if (typeof sample.POST === 'function') {
  const body = JSON.stringify({ userId: 'u1', plan: 'premium' })
  const response = await sample.POST(
    new globalThis.Request('http://localhost/', { method: 'POST', body }),
  )
  if (response.status !== 200) throw new Error(`the sample answered ${response.status}`)
}

// What the numbers must be.

/** @returns each target that can be judged by what was measured: what it says, the number, whether it is met */
export function judge({ contestants = [], latency, startup }) {
  const of = (name) => contestants.find((contestant) => contestant.name === name)
  const [floor, segment, selfsame, durable] = ['floor', 'segment', 'selfsame', 'durable'].map(of)
  const targets = []
  const add = (says, value, limit, unit) => {
    targets.push({ says, value, limit, unit, met: value <= limit })
  }
  if (selfsame && floor) {
    add("CPU per message, of the floor's", selfsame.cpu / floor.cpu, 1.5, 'x')
    add("wall time, of the floor's", selfsame.wall / floor.wall, 1.5, 'x')
    add("time inside the calls, of the floor's", selfsame.sync / floor.sync, 1.3, 'x')
  }
  if (selfsame && segment) {
    add("CPU per message, of Segment's", selfsame.cpu / segment.cpu, 0.2, 'x')
  }
  if (durable && selfsame) {
    add('directory: time inside the calls, of that in memory', durable.sync / selfsame.sync, 4, 'x')
  }
  if (durable && segment) {
    add("directory: wall time, of Segment's in memory", durable.wall / segment.wall, 1, 'x')
  }
  if (latency) add('p99.9 of a call at 5,000 a second', latency.selfsame.p999, 0.3, ' ms')
  if (startup) {
    add('import over bare Node', startup.esm.difference, 15, ' ms')
    add('require over bare Node', startup.cjs.difference, 15, ' ms')
  }
  for (const { title, missing } of contestants) add(`messages missing: ${title}`, missing, 0, '')
  if (latency) add('messages missing: latency', latency.selfsame.missing, 0, '')
  return targets
}

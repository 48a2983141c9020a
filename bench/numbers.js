// The arithmetic of the report.

export function median(values) {
  return percentile(values, 0.5)
}

/** The value below which that share of the values lies. */
export function percentile(values, share) {
  const sorted = Float64Array.from(values).sort()
  const rank = share * (sorted.length - 1)
  const below = sorted[Math.floor(rank)]
  return below + (sorted[Math.ceil(rank)] - below) * (rank % 1)
}

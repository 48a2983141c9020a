// Messages in each of the last 60 seconds.

const WIDTH = 480
const HEIGHT = 40

export function Rate({ seconds }: { seconds: readonly number[] }) {
  const most = Math.max(1, ...seconds)
  const step = WIDTH / Math.max(1, seconds.length)
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Messages in each of the last ${seconds.length} seconds, at most ${most}`}
    >
      {seconds.map((count, place) => {
        const height = count === 0 ? 1 : Math.max(2, (count / most) * HEIGHT)
        return (
          <rect
            key={place}
            class={count === 0 ? 'none' : undefined}
            x={place * step}
            y={HEIGHT - height}
            width={step - 1.5}
            height={height}
          />
        )
      })}
    </svg>
  )
}

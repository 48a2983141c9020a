// Pictures one after the other as one SVG, which needs no encoder and no player.

export interface Frame {
  readonly png: Buffer
  /** For how long it is shown. */
  readonly seconds: number
}

export function animated(
  frames: readonly Frame[],
  { width, height }: { readonly width: number; readonly height: number },
): string {
  const total = frames.reduce((sum, { seconds }) => sum + seconds, 0)
  let from = 0
  const images = frames.map(({ png, seconds }) => {
    const [start, end] = [from / total, (from + seconds) / total]
    from += seconds
    const times = start === 0 ? `0;${part(end)};1` : `0;${part(start)};${part(end)};1`
    const values = start === 0 ? 'visible;hidden;hidden' : 'hidden;visible;hidden;hidden'
    return `<image width="${width}" height="${height}" href="data:image/png;base64,${png.toString('base64')}" visibility="hidden"><animate attributeName="visibility" calcMode="discrete" dur="${total}s" repeatCount="indefinite" keyTimes="${times}" values="${values}"/></image>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><title>A visitor signs up, and becomes one person</title><rect width="${width}" height="${height}" fill="#fff"/>${images.join('')}</svg>\n`
}

function part(value: number): string {
  return value.toFixed(4)
}

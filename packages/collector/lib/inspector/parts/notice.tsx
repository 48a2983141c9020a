// Something that went wrong, or that one should know.
import type { ComponentChildren } from 'preact'

export function Notice({
  children,
  isError = false,
}: {
  children: ComponentChildren
  isError?: boolean
}) {
  return (
    <p class={isError ? 'notice error' : 'notice'} role={isError ? 'alert' : 'status'}>
      {children}
    </p>
  )
}

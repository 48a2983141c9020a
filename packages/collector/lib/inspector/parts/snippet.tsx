// A piece of code that can be copied.
import { CopyButton } from './copy-button.js'

export function Snippet({ code, label }: { code: string; label: string }) {
  return (
    <div class="snippet">
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>{code}</code>
      </pre>
      <CopyButton text={() => code} />
    </div>
  )
}

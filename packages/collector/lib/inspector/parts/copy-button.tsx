// A button that copies a text, and says so.
import { useEffect, useState } from 'preact/hooks'
import { copyText } from './copy-text.js'

export function CopyButton({ text, label = 'Copy' }: { text: () => string; label?: string }) {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return undefined
    const timer = window.setTimeout(() => {
      setCopied(false)
    }, 1500)
    return () => {
      window.clearTimeout(timer)
    }
  }, [isCopied])
  return (
    <button
      type="button"
      class="button small"
      onClick={() => {
        void copyText(text()).then(() => {
          setCopied(true)
        })
      }}
    >
      <span aria-live="polite">{isCopied ? 'Copied' : label}</span>
    </button>
  )
}

// A question that must be answered before something is done that cannot be undone.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Notice } from './notice.js'

interface Properties {
  readonly title: string
  readonly action: string
  readonly children: ComponentChildren
  /** Does it. What it rejects with is shown. */
  readonly onAgree: () => Promise<void>
  readonly onClose: () => void
}

export function Dialog({ title, action, children, onAgree, onClose }: Properties) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const agree = async () => {
    setBusy(true)
    try {
      await onAgree()
      onClose()
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'It failed.')
      setBusy(false)
    }
  }
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="dialog-title">
      <h2 id="dialog-title">{title}</h2>
      {children}
      {problem === undefined ? null : <Notice isError>{problem}</Notice>}
      <div class="actions">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="button danger" disabled={isBusy} onClick={() => void agree()}>
          {action}
        </button>
      </div>
    </dialog>
  )
}

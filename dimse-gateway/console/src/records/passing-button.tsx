import { Button, type ButtonProps } from 'antd'
import { useLayoutEffect, useRef } from 'react'

/** The list of records, to which the focus goes where no button is left for it. */
export const recordListId = 'record-list'

/**
 * A button that goes away with what it did. Whoever pressed it goes on at the next of its kind in the list, at the one before where it was the
 * last, or else at the list itself: the browser would begin anew at the top of the page.
 */
export function PassingButton({ kind = '', onClick, ...props }: Omit<ButtonProps, 'ref'> & { readonly kind?: string }) {
  const own = useRef<HTMLButtonElement>(null)
  const wasPressed = useRef(false)
  useLayoutEffect(() => {
    const button = own.current
    return () => {
      if (!button || !wasPressed.current) return
      const ofItsKind = kind === '' ? [] : [...document.querySelectorAll<HTMLElement>(`#${recordListId} [data-passing="${kind}"]`)]
      const place = ofItsKind.indexOf(button)
      const candidates = [...ofItsKind.slice(place + 1), ...ofItsKind.slice(0, Math.max(place, 0)).reverse()]
      // Others may go with it.
      queueMicrotask(() => {
        if (isFocusLost()) (candidates.find(({ isConnected }) => isConnected) ?? document.getElementById(recordListId))?.focus()
      })
    }
  }, [kind])
  return (
    <Button
      {...props} ref={own} data-passing={kind}
      onClick={(event) => {
        wasPressed.current = true
        onClick?.(event)
      }}
    />
  )
}

/** Nowhere, or in a question that is just going away; not where somebody has put it meanwhile. */
function isFocusLost(): boolean {
  const focused = document.activeElement
  return focused === null || focused === document.body || focused.closest('[role="dialog"]') !== null
}

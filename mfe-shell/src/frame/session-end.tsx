import { session } from '@isocenter/api-client'
import { useAction, useStore } from '@isocenter/design-system'
import { Button, Modal } from 'antd'
import { useEffect, useState } from 'react'
import { useShellWords } from '../words/index.ts'

/** So long before the end somebody is asked (AUTH-22). */
const warnMs = 60_000

/** Says that the session is about to end, and lets it go on. */
export function SessionEndWarning() {
  const { frame: { signsOut: words } } = useShellWords()
  const end = useStore(session.signsOutAt)
  const { run, isBusy } = useAction()
  const [now, setNow] = useState(() => Date.now())
  const left = end === undefined ? Number.POSITIVE_INFINITY : end - now
  useEffect(() => {
    if (end === undefined) return undefined
    let timer: ReturnType<typeof setTimeout>
    const tick = () => {
      setNow(Date.now())
      const rest = end - Date.now()
      // Timers of pages in the background are late: each looks at the clock.
      timer = setTimeout(tick, rest > warnMs ? Math.min(rest - warnMs, 30_000) : 1_000)
    }
    timer = setTimeout(tick, 0)
    return () => { clearTimeout(timer) }
  }, [end])
  return (
    <Modal
      open={left <= warnMs}
      title={words.title}
      closable={false}
      footer={[
        <Button key="leave" onClick={() => void run(() => session.signOut())}>{words.leave}</Button>,
        <Button key="stay" type="primary" loading={isBusy} autoFocus onClick={() => void run(() => session.stay())}>{words.stay}</Button>,
      ]}
    >
      <p role="timer">{words.text(Math.max(0, Math.ceil(left / 1000)))}</p>
    </Modal>
  )
}

import { session } from '@isocenter/api-client'
import { Link, useStore } from '@isocenter/design-system'
import { Button, Modal } from 'antd'
import { SecondFactorForm } from '../session/second-factor-form.tsx'
import { useShellWords } from '../words/index.ts'

/** Asks for the second factor where management wants it once more (AUTH-11); the request that waits for it then goes on. */
export function StepUp() {
  const { frame: { stepUp: words } } = useShellWords()
  const asked = useStore(session.stepUp)
  if (!asked) return null
  const { possible, answer } = asked
  const leave = () => { answer(false) }
  return (
    <Modal open title={words.title} onCancel={leave} footer={null} destroyOnHidden>
      {possible.length > 0 ? (
        <>
          <p className="hint">{words.hint}</p>
          <SecondFactorForm ways={possible} onGiven={async () => { await session.refresh(); answer(true) }} />
        </>
      ) : (
        <>
          <p>{words.none}</p>
          <Link href="/me/security" onClick={leave}><Button type="primary">{words.setUp}</Button></Link>
        </>
      )}
    </Modal>
  )
}

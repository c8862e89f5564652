import { session } from '@isocenter/api-client'
import { Link, useStore } from '@isocenter/design-system'
import { Button, Modal } from 'antd'
import { AccountProofForm } from '../session/account-proof-form.tsx'
import { SecondFactorForm } from '../session/second-factor-form.tsx'
import { useShellWords } from '../words/index.ts'

/** Asks for what a request waits for, which then goes on: the second factor once more (AUTH-11), or a proof that the account is one's own. */
export function StepUp() {
  const { frame: { stepUp: words } } = useShellWords()
  const asked = useStore(session.stepUp)
  if (!asked) return null
  const { asks, possible, answer } = asked
  const leave = () => { answer(false) }
  const goOn = async () => {
    await session.refresh()
    answer(true)
  }
  if (asks === 'accountProof') {
    return (
      <Modal open title={words.proofTitle} onCancel={leave} footer={null} destroyOnHidden>
        <AccountProofForm onProven={goOn} />
      </Modal>
    )
  }
  return (
    <Modal open title={words.title} onCancel={leave} footer={null} destroyOnHidden>
      {possible.length > 0 ? (
        <>
          <p className="hint">{words.hint}</p>
          <SecondFactorForm ways={possible} onGiven={goOn} />
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

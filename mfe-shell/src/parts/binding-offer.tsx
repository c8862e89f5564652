import { personalCentre, session } from '@isocenter/api-client'
import { Link, useAction } from '@isocenter/design-system'
import { Alert, Button } from 'antd'
import { useShellWords } from '../words/index.ts'

const api = personalCentre(session.api)

/** Offers to be reachable, until it is so or was put off for fifteen days (AUTH-19). */
export function BindingOffer({ onPutOff }: { readonly onPutOff: () => void }) {
  const { settings: words } = useShellWords()
  const { run, isBusy } = useAction()
  const putOff = async () => {
    await run(() => api.putOffBinding())
    onPutOff()
  }
  return (
    <Alert
      type="info"
      showIcon
      className="binding-offer"
      title={words.binding}
      description={<>{words.bindingHint} <Link href="/me/profile">{words.bindingPhone}</Link> · <Link href="/me/notifications">{words.bindingPush}</Link></>}
      action={<Button size="small" loading={isBusy} onClick={() => void putOff()}>{words.bindingLater}</Button>}
    />
  )
}

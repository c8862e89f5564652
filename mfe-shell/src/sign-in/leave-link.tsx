import { session } from '@isocenter/api-client'
import { useAction } from '@isocenter/design-system'
import { Button } from 'antd'
import { useShellWords } from '../words/index.ts'

/** Gives up a sign-in that is half done. */
export function LeaveLink() {
  const { signIn } = useShellWords()
  const { run, isBusy } = useAction()
  return <Button type="link" loading={isBusy} onClick={() => void run(() => session.signOut())}>{signIn.leave}</Button>
}

import { accounts, session } from '@isocenter/api-client'
import { useAction, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Form } from 'antd'
import { useShellWords } from '../words/index.ts'
import { LeaveLink } from './leave-link.tsx'
import { mistakesOf, NewPasswordFields } from './new-password-fields.tsx'
import { SignInCard } from './sign-in-card.tsx'

/** The first sign-in: a password of the holder's own in place of the one that was given (AUTH-06). */
export function FirstPassword() {
  const { signIn: { setPassword: words } } = useShellWords()
  const problemText = useProblemText()
  const { run, isBusy, problem } = useAction()
  const submit = ({ newPassword }: { readonly newPassword: string }) => run(async () => { await session.begin(await accounts(session.api).setFirstPassword(newPassword)) }, { isQuiet: true })
  const mistakes = mistakesOf(problem)
  return (
    <SignInCard title={words.title} footer={<LeaveLink />}>
      <p className="hint">{words.hint}</p>
      <div role="alert">{problem && mistakes.length === 0 && <Alert type="error" showIcon title={problemText(problem)} className="entrance-problem" />}</div>
      <Form layout="vertical" size="large" requiredMark={false} onFinish={(values: { newPassword: string }) => void submit(values)}>
        <NewPasswordFields refused={mistakes} />
        <Button type="primary" htmlType="submit" block loading={isBusy}>{words.submit}</Button>
      </Form>
    </SignInCard>
  )
}

import { accounts, session } from '@isocenter/api-client'
import type { Session } from '@isocenter/contracts'
import { LanguageChoice, useAction } from '@isocenter/design-system'

/** The language of the pages in this browser, and of messages to who is signed in: nobody who turns the pages to one language waits for mail in another. */
export function OwnLanguage({ account }: Pick<Session, 'account'>) {
  const { run } = useAction()
  return (
    <LanguageChoice onChosen={(language) => {
      if (language !== account.language) void run(async () => { await session.begin(await accounts(session.api).changeSettings({ language })) })
    }} />
  )
}

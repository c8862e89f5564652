import { Page } from '@isocenter/design-system'
import { useSignedIn } from '../../session/use-session.ts'
import { useShellWords } from '../../words/index.ts'
import { ExternalIdentities } from './external-identities.tsx'
import { Passkeys } from './passkeys.tsx'
import { PasswordCard } from './password-card.tsx'
import { SessionsCard } from './sessions-card.tsx'
import { TotpCard } from './totp-card.tsx'

/** How one signs in, and where one is signed in. */
export function Security() {
  const { security: words } = useShellWords()
  const signedIn = useSignedIn()
  if (!signedIn) return null
  return (
    <Page title={words.title}>
      <PasswordCard isAdvised={signedIn.session.newPasswordAdvised} />
      <TotpCard account={signedIn.session.account} />
      <Passkeys />
      <ExternalIdentities />
      <SessionsCard />
    </Page>
  )
}

import { session } from '@isocenter/api-client'
import type { Session } from '@isocenter/contracts'
import { SecondFactorForm } from '../session/second-factor-form.tsx'
import { useShellWords } from '../words/index.ts'
import { LeaveLink } from './leave-link.tsx'
import { SignInCard } from './sign-in-card.tsx'

/** The second step of signing in. */
export function SecondFactor({ of }: { readonly of: Session }) {
  const { signIn: { secondFactor: words } } = useShellWords()
  return (
    <SignInCard title={words.title} footer={<LeaveLink />}>
      <SecondFactorForm ways={of.account.secondFactors} onGiven={(given) => session.begin(given)} />
    </SignInCard>
  )
}

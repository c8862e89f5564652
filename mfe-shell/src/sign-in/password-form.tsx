import { oidcOutcomes, type OidcOutcome } from '@isocenter/contracts'
import { Link, useLocation } from '@isocenter/design-system'
import { Alert } from 'antd'
import { useShellWords } from '../words/index.ts'
import { OtherWays } from './other-ways.tsx'
import { PasswordSignIn } from './password-sign-in.tsx'
import { SignInCard } from './sign-in-card.tsx'

const outcomeOf = (search: URLSearchParams): OidcOutcome | undefined => oidcOutcomes.find((one) => one === search.get('oidc'))

/** The entrance: account and password, or another way in. That of administrators is the same and leads to management (AUTH-11). */
export function PasswordForm() {
  const { signIn: words } = useShellWords()
  const { path, search } = useLocation()
  const isForAdministrators = path.startsWith('/sign-in/admin')
  const suffix = search.has('next') ? `?${new URLSearchParams({ next: search.get('next') ?? '' }).toString()}` : ''
  const outcome = outcomeOf(search)
  return (
    <SignInCard
      title={isForAdministrators ? words.administratorTitle : words.title}
      footer={<Link href={`${isForAdministrators ? '/sign-in' : '/sign-in/admin'}${suffix}`}>{isForAdministrators ? words.general : words.administrator}</Link>}
    >
      {outcome !== undefined && <div role="alert"><Alert type="error" showIcon title={words.oidc.outcomes[outcome]} className="entrance-problem" /></div>}
      <PasswordSignIn />
      <OtherWays />
    </SignInCard>
  )
}

import { useLocation } from '@isocenter/design-system'
import { useSessionState } from '../session/use-session.ts'
import { FirstPassword } from './first-password.tsx'
import { PasswordForm } from './password-form.tsx'
import { PasswordReset } from './password-reset.tsx'
import { SecondFactor } from './second-factor.tsx'

/** Everything before the workbench: each step of signing in, and the way back for who has forgotten the password. */
export function SignInPages() {
  const { path } = useLocation()
  const state = useSessionState()
  if (state.kind === 'restricted') return state.session.restrictedTo === 'secondFactor' ? <SecondFactor /> : <FirstPassword />
  if (path.startsWith('/reset-password')) return <PasswordReset />
  return <PasswordForm />
}

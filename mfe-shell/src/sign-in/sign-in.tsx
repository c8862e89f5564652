import { useLocation } from '@isocenter/design-system'
import { useSessionState } from '../session/use-session.ts'
import { FirstPassword } from './first-password.tsx'
import { PasswordForm } from './password-form.tsx'
import { PasswordReset } from './password-reset.tsx'
import { ScanToSignIn } from './scan-to-sign-in.tsx'
import { SecondFactor } from './second-factor.tsx'

/** Everything before the workbench: each step of signing in, and the way back for who has forgotten the password. */
export function SignInPages() {
  const { path } = useLocation()
  const state = useSessionState()
  if (state.kind === 'restricted') return state.session.restrictedTo === 'secondFactor' ? <SecondFactor of={state.session} /> : <FirstPassword />
  if (path.startsWith('/reset-password')) return <PasswordReset />
  if (path.startsWith('/sign-in/scan')) return <ScanToSignIn />
  return <PasswordForm />
}

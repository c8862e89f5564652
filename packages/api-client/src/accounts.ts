/** Signing in and out, passwords, sessions and the second factor. */
import type {
  AccountSettings, Captcha, FrozenAccountPage, OneTimePassword, PageQuery, PasswordChange, PasswordReset, PasswordResetCompletion,
  PasswordResetRequest, RecoveryCodes, Session, SignedInDevices, SignInRequest, TotpEnrolment,
} from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

export const accounts = (api: ApiClient) => ({
  captcha: () => api.request<Captcha>('POST', '/captchas'),
  signIn: (body: SignInRequest) => api.request<Session>('POST', '/session', { body }),
  session: (options: { readonly isBackground?: boolean; readonly signal?: AbortSignal } = {}) => api.request<Session>('GET', '/session', options),
  signOut: () => api.request('DELETE', '/session'),
  setFirstPassword: (newPassword: string) => api.request<Session>('PUT', '/session/password', { body: { newPassword } }),
  /** Shows that the account is one's own, where an organisation's provider has signed one in. */
  prove: (password: string) => api.request<Session>('POST', '/session/proof', { body: { password } }),
  giveSecondFactor: (code: string) => api.request<Session>('POST', '/session/second-factor', { body: { code } }),

  requestReset: (body: PasswordResetRequest) => api.request<PasswordReset>('POST', '/password-resets', { body }),
  completeReset: (resetId: string, body: PasswordResetCompletion) => api.request('POST', `/password-resets/${part(resetId)}/completion`, { body }),

  changePassword: (body: PasswordChange) => api.request('PUT', '/account/password', { body }),
  changeSettings: (body: AccountSettings) => api.request<Session>('PATCH', '/account/settings', { body }),
  sessions: (signal?: AbortSignal) => api.request<SignedInDevices>('GET', '/account/sessions', { signal }),
  endSession: (sessionId: string) => api.request('DELETE', `/account/sessions/${part(sessionId)}`),
  endOtherSessions: () => api.request('DELETE', '/account/sessions'),

  beginTotp: (password: string) => api.request<TotpEnrolment>('POST', '/account/totp', { body: { password } }),
  confirmTotp: (code: string) => api.request<RecoveryCodes>('POST', '/account/totp/confirmation', { body: { code } }),
  removeTotp: (password: string) => api.request('POST', '/account/totp/removal', { body: { password } }),

  frozen: (query: PageQuery, signal?: AbortSignal) => api.request<FrozenAccountPage>('GET', '/accounts/frozen', { query, signal }),
  unfreeze: (accountId: string, reason: string) => api.request('POST', `/accounts/${part(accountId)}/release`, { body: { reason } }),
  resetPasswordOf: (accountId: string) => api.request<OneTimePassword>('POST', `/accounts/${part(accountId)}/one-time-password`),
})

/** Passkeys: adding and using them, and proving oneself again before management. What the browser does with the options is `navigator.credentials`. */
import type { PasskeyAdded, PasskeyAssertion, PasskeyChallenge, PasskeyRegistration, Passkeys, PasskeySignIn, Session } from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

export const passkeys = (api: ApiClient) => ({
  list: (signal?: AbortSignal) => api.request<Passkeys>('GET', '/account/passkeys', { signal }),
  /** Options for a new one. */
  beginAdding: (password: string) => api.request<PasskeyChallenge>('POST', '/account/passkeys/challenge', { body: { password } }),
  add: (body: PasskeyRegistration) => api.request<PasskeyAdded>('POST', '/account/passkeys', { body }),
  rename: (passkeyId: string, name: string) => api.request('PATCH', `/account/passkeys/${part(passkeyId)}`, { body: { name } }),
  remove: (passkeyId: string, password: string) => api.request('POST', `/account/passkeys/${part(passkeyId)}/removal`, { body: { password } }),

  /** Options for signing in by one, whoever's it is. */
  beginSignIn: () => api.request<PasskeyChallenge>('POST', '/passkey-challenges'),
  signIn: (body: PasskeySignIn) => api.request<Session>('POST', '/session/passkey', { body }),

  /** Options for the second factor of this session: after the password, or again before management. */
  beginSecondFactor: () => api.request<PasskeyChallenge>('POST', '/session/second-factor/passkey-challenge'),
  giveSecondFactor: (body: PasskeyAssertion) => api.request<Session>('POST', '/session/second-factor/passkey', { body }),
})

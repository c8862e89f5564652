/** Signing a desktop in by a phone that shows who asks. */
import type {
  PhoneBinding, PhoneBindingCompletion, PhoneBindingRequest, QrSignIn, QrSignInProgress, QrSignInRequest, QrSignInState, Session,
} from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

/** On the desktop. */
export const qrSignIn = (api: ApiClient) => ({
  begin: () => api.request<QrSignIn>('POST', '/qr-sign-ins'),
  /** Answers when the state is another than the one known, at the latest after half a minute. */
  progress: (known?: QrSignInState, signal?: AbortSignal) => api.request<QrSignInProgress>('GET', '/qr-sign-ins/own', { query: { known }, ...(signal && { signal }), isBackground: true }),
  /** After it was approved. */
  finish: () => api.request<Session>('POST', '/session/qr'),
})

/** On the phone; `code` is what stands behind the # of the address. */
export const qrApproval = (api: ApiClient) => ({
  look: (code: string) => api.request<QrSignInRequest>('POST', '/qr-sign-ins/look', { body: { code } }),
  approve: (code: string) => api.request('POST', '/qr-sign-ins/approval', { body: { code } }),
  refuse: (code: string) => api.request('POST', '/qr-sign-ins/refusal', { body: { code } }),

  /** For who has never signed in: sends a code to the phone number the account was made with. */
  beginBinding: (body: PhoneBindingRequest) => api.request<PhoneBinding>('POST', '/phone-bindings', { body }),
  /** Sets the first password and signs both in, this phone and the desktop. */
  completeBinding: (bindingId: string, body: PhoneBindingCompletion) => api.request<Session>('POST', `/phone-bindings/${part(bindingId)}/completion`, { body }),
})

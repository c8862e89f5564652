/** The personal centre of who is signed in, the documents of members, favourites and the address book. */
import type {
  ColumnLayout, ContactChange, ContactOrganisationList, ContactPage, ContactQuery, Credential, CredentialList, CredentialPatch, CredentialRequest,
  FavouritePage, FavouriteQuery, Landing, MemberCredential, MemberCredentialList,
  OwnPermissions, PageQuery, PhoneSigning, PhoneSigningState, Preferences, PreferencesPatch, Profile, ProfilePatch, Signature, WaitingCredentialPage,
} from '@isocenter/contracts'
import { signingTokenHeader } from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

/** Where pictures are, for an `img`: `mark` is what changes with them. */
export const ownAvatarUrl = (mark: string): string => `/api/account/avatar?${part(mark)}`
export const ownSignatureUrl = (version: number): string => `/api/account/signature/picture?${String(version)}`

export const personalCentre = (api: ApiClient) => ({
  profile: (signal?: AbortSignal) => api.request<Profile>('GET', '/account/profile', { signal }),
  changeProfile: (body: ProfilePatch, ifMatch?: number) => api.request<Profile>('PATCH', '/account/profile', { body, ifMatch }),
  introduce: (membershipId: string, introduction: string) => api.request<Profile>('PATCH', `/account/memberships/${part(membershipId)}`, { body: { introduction } }),
  /** PNG, JPEG or WebP. */
  putAvatar: (picture: Blob) => api.request('PUT', '/account/avatar', { body: picture }),
  removeAvatar: () => api.request('DELETE', '/account/avatar'),

  askForPhone: (phone: string, password: string) => api.request<ContactChange>('POST', '/account/phone/changes', { body: { phone, password } }),
  askForEmail: (email: string, password: string) => api.request<ContactChange>('POST', '/account/email/changes', { body: { email, password } }),
  completeContactChange: (changeId: string, code: string) => api.request('POST', `/account/contact-changes/${part(changeId)}/completion`, { body: { code } }),
  removeEmail: (password: string) => api.request('POST', '/account/email/removal', { body: { password } }),

  preferences: (signal?: AbortSignal) => api.request<Preferences>('GET', '/account/preferences', { signal }),
  changePreferences: (body: PreferencesPatch, ifMatch?: number) => api.request<Preferences>('PATCH', '/account/preferences', { body, ifMatch }),
  putOffBinding: () => api.request<Preferences>('POST', '/account/binding-offer/dismissal'),
  landing: (signal?: AbortSignal) => api.request<Landing>('GET', '/account/landing', { signal }),
  columnLayout: (list: string, signal?: AbortSignal) => api.request<ColumnLayout>('GET', `/account/column-layouts/${part(list)}`, { signal }),
  putColumnLayout: (list: string, body: ColumnLayout) => api.request('PUT', `/account/column-layouts/${part(list)}`, { body }),
  permissions: (signal?: AbortSignal) => api.request<OwnPermissions>('GET', '/account/permissions', { signal }),
})

export const signature = (api: ApiClient) => ({
  find: (signal?: AbortSignal) => api.request<Signature>('GET', '/account/signature', { signal }),
  put: (picture: Blob, source: 'uploaded' | 'drawn') => api.request<Signature>('PUT', '/account/signature', { body: picture, query: { source } }),
  remove: () => api.request('DELETE', '/account/signature'),
  askPhone: () => api.request<PhoneSigning>('POST', '/account/signature/phones'),
  /** Answers as soon as the phone has signed, or when the wait is over; the wait is no activity of a person. */
  phone: (signingId: string, waitSeconds: number, signal?: AbortSignal) =>
    api.request<PhoneSigningState>('GET', `/account/signature/phones/${part(signingId)}`, { query: { waitSeconds }, signal, isBackground: true }),
})

/**
 * Sends the one picture a phone may send; the phone is not signed in.
 * @param token what stands behind the `#` of the page's address
 */
export async function sendDrawing(token: string, picture: Blob, fetch: typeof globalThis.fetch = globalThis.fetch): Promise<Response> {
  return fetch('/api/signature-drawing', { method: 'PUT', headers: { 'content-type': picture.type, [signingTokenHeader]: token }, body: picture, credentials: 'omit' })
}

const credentialPath = (credentialId: string) => `/account/credentials/${part(credentialId)}`

export const ownCredentials = (api: ApiClient) => ({
  list: (signal?: AbortSignal) => api.request<CredentialList>('GET', '/account/credentials', { signal }),
  find: (credentialId: string, signal?: AbortSignal) => api.request<Credential>('GET', credentialPath(credentialId), { signal }),
  create: (body: CredentialRequest) => api.request<Credential>('POST', '/account/credentials', { body }),
  change: (credentialId: string, body: CredentialPatch, ifMatch?: number) => api.request<Credential>('PATCH', credentialPath(credentialId), { body, ifMatch }),
  addFile: (credentialId: string, file: Blob) => api.request<Credential>('POST', `${credentialPath(credentialId)}/files`, { body: file }),
  removeFile: (credentialId: string, fileId: string) => api.request('DELETE', `${credentialPath(credentialId)}/files/${part(fileId)}`),
  file: (credentialId: string, fileId: string, signal?: AbortSignal) => api.request<Blob>('GET', `${credentialPath(credentialId)}/files/${part(fileId)}`, { answer: 'blob', signal }),
  submit: (credentialId: string) => api.request('POST', `${credentialPath(credentialId)}/submission`),
  recall: (credentialId: string) => api.request('POST', `${credentialPath(credentialId)}/recall`),
  discard: (credentialId: string) => api.request('DELETE', credentialPath(credentialId)),
})

const memberPath = (membershipId: string) => `/members/${part(membershipId)}/credentials`

/** For administrators of members. */
export const memberCredentials = (api: ApiClient) => ({
  waiting: (query: PageQuery, signal?: AbortSignal) => api.request<WaitingCredentialPage>('GET', '/credentials/waiting', { query, signal }),
  of: (membershipId: string, signal?: AbortSignal) => api.request<MemberCredentialList>('GET', memberPath(membershipId), { signal }),
  file: (membershipId: string, credentialId: string, fileId: string, signal?: AbortSignal) =>
    api.request<Blob>('GET', `${memberPath(membershipId)}/${part(credentialId)}/files/${part(fileId)}`, { answer: 'blob', signal }),
  /** @param version the one that was looked at */
  verify: (membershipId: string, credentialId: string, version: number) => api.request<MemberCredential>('POST', `${memberPath(membershipId)}/${part(credentialId)}/verification`, { ifMatch: version }),
  reject: (membershipId: string, credentialId: string, version: number, reason: string) =>
    api.request<MemberCredential>('POST', `${memberPath(membershipId)}/${part(credentialId)}/rejection`, { ifMatch: version, body: { reason } }),
})

export const favourites = (api: ApiClient) => ({
  list: (query: PageQuery & FavouriteQuery, signal?: AbortSignal) => api.request<FavouritePage>('GET', '/favourites', { query, signal }),
  addStudy: (StudyInstanceUID: string) => api.request('PUT', `/favourites/studies/${part(StudyInstanceUID)}`),
  removeStudy: (StudyInstanceUID: string) => api.request('DELETE', `/favourites/studies/${part(StudyInstanceUID)}`),
})

export const addressBook = (api: ApiClient) => ({
  people: (query: PageQuery & ContactQuery, signal?: AbortSignal) => api.request<ContactPage>('GET', '/contacts', { query, signal }),
  organisations: (signal?: AbortSignal) => api.request<ContactOrganisationList>('GET', '/contacts/organisations', { signal }),
  avatar: (membershipId: string, signal?: AbortSignal) => api.request<Blob>('GET', `/contacts/${part(membershipId)}/avatar`, { answer: 'blob', signal }),
})

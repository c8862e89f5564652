/** Signing in by an organisation's own identity provider, and one's links to such. */
import type { ExternalIdentities, ExternalIdentityLinkStart, SignInProvider, SignInProviderRequest } from '@isocenter/contracts'
import { part, queryString, type ApiClient } from './client.ts'

export const oidc = (api: ApiClient) => ({
  /** Where the browser goes to begin a sign-in; it comes back to `returnTo`, or to sign-in with the outcome in its address. */
  launchUrl: (organisationNumber: string, { returnTo, remember }: { readonly returnTo?: string | undefined; readonly remember?: boolean } = {}) =>
    `/api/sign-in/oidc/${part(organisationNumber)}${queryString({ returnTo, remember })}`,
  identities: (signal?: AbortSignal) => api.request<ExternalIdentities>('GET', '/account/external-identities', { signal }),
  link: (providerId: string, password: string, returnTo: string) => api.request<ExternalIdentityLinkStart>('POST', `/account/external-identities/${part(providerId)}/link`, { body: { password, returnTo } }),
  unlink: (providerId: string, password: string) => api.request('POST', `/account/external-identities/${part(providerId)}/removal`, { body: { password } }),

  provider: (signal?: AbortSignal) => api.request<SignInProvider>('GET', '/sign-in-provider', { signal }),
  setProvider: (body: SignInProviderRequest, ifMatch?: number) => api.request<SignInProvider>('PUT', '/sign-in-provider', { body, ifMatch }),
  removeProvider: () => api.request('DELETE', '/sign-in-provider'),
})

import type { CredentialState } from '@isocenter/contracts'

/** Colours of tags; what they mean stands in them. */
export const credentialColours: Readonly<Record<CredentialState, string>> = { none: 'default', submitted: 'processing', verified: 'success', rejected: 'error', expired: 'warning' }

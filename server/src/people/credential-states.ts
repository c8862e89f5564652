/** The life of a credential document: event → next state; an absent event is refused. `removed` is the end: the row goes, and with it the key of its bytes. */
import type { CredentialEvent, CredentialState } from '@isocenter/contracts'

/** Whose move an event is. `system` is time. */
export type CredentialMover = 'holder' | 'administrator' | 'system'

/**
 * While it is submitted nothing of it changes, so that what was looked at is what is verified. To renew a document its holder submits another:
 * the one that is verified stays so until its own end. Each organisation decides for itself; this is the document's own state, verified where one has verified it.
 */
export const credentialLife: Readonly<Record<CredentialState, Partial<Record<CredentialEvent, CredentialState | 'removed'>>>> = {
  none: { submit: 'submitted', discard: 'removed' },
  submitted: { recall: 'none', verify: 'verified', reject: 'rejected', expire: 'expired', discard: 'removed' },
  verified: { verify: 'verified', reject: 'verified', expire: 'expired', discard: 'removed' },
  rejected: { submit: 'submitted', verify: 'verified', reject: 'rejected', discard: 'removed' },
  expired: { discard: 'removed' },
}
export const credentialMovers: Readonly<Record<CredentialEvent, CredentialMover>> = { submit: 'holder', recall: 'holder', discard: 'holder', verify: 'administrator', reject: 'administrator', expire: 'system' }

/** States in which its holder may change what it says and its files. */
export const editableStates: ReadonlySet<CredentialState> = new Set<CredentialState>(['none', 'rejected'])

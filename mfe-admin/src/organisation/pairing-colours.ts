import type { PairingState } from '@isocenter/contracts'

/** Colours of tags; what they mean stands in them. */
export const pairingColours: Readonly<Record<PairingState, string>> = { invited: 'processing', paired: 'success', declined: 'error', expired: 'warning', ended: 'default' }

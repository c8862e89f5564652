import type { GatewayHealth } from '@isocenter/contracts'
import { every } from '../parts/every.ts'

/** Colours of tags; what they mean stands in them. */
export const healthColours: Readonly<Record<GatewayHealth, string>> = { online: 'success', late: 'warning', offline: 'error', unheard: 'default', revoked: 'default' }

/** Gateways report every half minute or so: asked as often. */
export const anew = every(30_000)

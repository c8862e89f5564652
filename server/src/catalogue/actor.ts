import type { Access } from '../identity/index.ts'

/** Who acts, as the audit trail names it. */
export const actorOf = ({ actor }: Access): string => `${actor.kind}:${actor.id}`

import { rolePermissions, type OrganisationModule } from '@isocenter/contracts'

/** What an actor may do with DICOMweb resources; one word per PS3.18 transaction, plus delete. */
export const dicomwebPermissions = ['dicomweb:search', 'dicomweb:retrieve', 'dicomweb:store', 'dicomweb:delete'] as const

/** What an actor may do in the product API (`/api`). */
export const productPermissions = [
  'upload', 'worklist:read', 'worklist:write', 'performed-procedure:read', 'performed-procedure:write',
  'gateway:report', 'gateways:read', 'gateways:manage', 'organisation:read',
] as const

/** Everything a token can grant: what it may do with resources, and what a role can hold. */
export const permissions = [...dicomwebPermissions, ...productPermissions, ...rolePermissions] as const
export type Permission = typeof permissions[number]

/** Who asks: a person who signed in, a program by its API key, the holder of a token, an enrolled gateway, a visitor by a share link, or a command run on this machine. The id is ours and says nothing about a person. */
export interface Actor {
  readonly kind: 'account' | 'api-key' | 'token' | 'gateway' | 'share' | 'command'
  readonly id: string
}

/** Who is known to have asked, whether or not it is granted. */
export interface Caller {
  readonly actor: Actor
  /** In whose trail it stands. */
  readonly organisationId: string
}

/** Who acts, as the audit trail names it. */
export const actorOf = ({ actor }: Pick<Caller, 'actor'>): string => `${actor.kind}:${actor.id}`

/** The account of a person who signed in; undefined for machines and commands. */
export const accountOf = ({ actor }: Pick<Caller, 'actor'>): string | undefined => (actor.kind === 'account' ? actor.id : undefined)

/**
 * What one request may see and do: the only way to a row or a byte. Every catalogue function takes it,
 * and nothing reaches another organisation's data because nothing is asked for without `organisationId`.
 */
export interface Access {
  readonly actor: Actor
  /** bigint as text */
  readonly organisationId: string
  readonly permissions: ReadonlySet<Permission>
  /** What the caller's role holds and the organisation has switched off, with its module (PLAT-04): it grants nothing, but the refusal says why. */
  readonly switchedOff?: ReadonlyMap<Permission, OrganisationModule> | undefined
  /** Everything of the organisation, or only the studies named by StudyInstanceUID (a share link, a lent study). */
  readonly studies: 'all' | readonly string[]
  /** Of a visitor with a share link. */
  readonly share?: SharedReach | undefined
}

/** What a share link narrows beyond its studies. */
export interface SharedReach {
  readonly linkId: string
  /** SeriesInstanceUIDs that are kept from outside viewers (VIEW-13). */
  readonly hiddenSeries: ReadonlySet<string>
  /** Set where all that leaves is de-identified: what stand-ins are made with. */
  readonly maskSecret: Uint8Array | undefined
}

/** True when the access reaches this study at all. */
export function reachesStudy(access: Pick<Access, 'studies'>, StudyInstanceUID: string): boolean {
  return access.studies === 'all' || access.studies.includes(StudyInstanceUID)
}

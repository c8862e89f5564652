/** What a screen and the server say to each other about API keys, and what their scopes mean: SMART App Launch 2.2, "Scopes for requesting FHIR Resources", system level. */
import { Type, type Static } from 'typebox'
import { PageQuery } from './paging.ts'
import { Id, Moment } from './values.ts'

const Name = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' })

/** How a key begins: so that it is known for what it is, in a log or a repository it got into. */
export const apiKeyPrefix = 'isokey_'
/** A key ends by itself after so long at most. */
export const apiKeyMaxDays = 731
/** The former secret of a rotated key goes on being good for so long at most, and so long where nothing is said. */
export const apiKeyMaxOverlapHours = 30 * 24
export const apiKeyDefaultOverlapHours = 24

// ── Scopes ─────────────────────────────────────────────────────────────────────────────────────

/** One thing a scope can hold: some letters of SMART on one FHIR resource, which together grant words of ours. */
interface ScopeGrant {
  readonly resource: string
  /** c create, r read, u update, d delete, s search, in this order: all of them are needed */
  readonly letters: string
  readonly permissions: readonly string[]
  /** what it lets its holder do, in plain words */
  readonly allows: string
}

/** Which letters on which resource grant what. FHIR has no modality worklist and no performed procedure steps: what DICOM's mapping to FHIR puts in their place stands for them. */
export const scopeGrants = [
  { resource: 'ImagingStudy', letters: 's', permissions: ['dicomweb:search'], allows: 'search studies, series and instances (QIDO-RS)' },
  { resource: 'ImagingStudy', letters: 'r', permissions: ['dicomweb:retrieve'], allows: 'retrieve objects, metadata, frames and renderings (WADO-RS, WADO-URI)' },
  { resource: 'ImagingStudy', letters: 'c', permissions: ['dicomweb:store', 'upload'], allows: 'store objects (STOW-RS, resumable uploads)' },
  { resource: 'ImagingStudy', letters: 'd', permissions: ['dicomweb:delete'], allows: 'delete studies, series and instances' },
  { resource: 'ServiceRequest', letters: 'rs', permissions: ['worklist:read'], allows: 'read the modality worklist' },
  { resource: 'ServiceRequest', letters: 'cud', permissions: ['worklist:write'], allows: 'write the modality worklist' },
  { resource: 'Procedure', letters: 'rs', permissions: ['performed-procedure:read'], allows: 'read performed procedure steps' },
  { resource: 'Procedure', letters: 'cu', permissions: ['performed-procedure:write'], allows: 'write performed procedure steps (MPPS)' },
  { resource: 'Organization', letters: 'r', permissions: ['organisation:read'], allows: 'read what the organisation says of itself' },
] as const satisfies readonly ScopeGrant[]

/** A word of ours that some scope grants. */
export type ScopePermission = typeof scopeGrants[number]['permissions'][number]

/** What one scope grants; undefined for one that grants nothing, or holds letters that grant nothing. */
export function permissionsOfScope(scope: string): ScopePermission[] | undefined {
  const [, resource, letters] = /^system\/([A-Za-z]+)\.(c?r?u?d?s?)$/.exec(scope) ?? []
  if (resource === undefined || letters === undefined) return undefined
  const granted = scopeGrants.filter((grant) => grant.resource === resource && [...grant.letters].every((letter) => letters.includes(letter)))
  const used = new Set(granted.flatMap((grant) => [...grant.letters]))
  // A letter that does nothing is a mistake of who made the key: told, not ignored.
  return letters !== '' && [...letters].every((letter) => used.has(letter)) ? granted.flatMap((grant) => [...grant.permissions]) : undefined
}

export const ApiKeyScope = Type.String({ maxLength: 60, pattern: '^system/[A-Za-z]+\\.c?r?u?d?s?$', description: 'SMART scope at system level: system/ImagingStudy.rs' })

// ── Keys ───────────────────────────────────────────────────────────────────────────────────────

/** `expired` follows from the time; what was revoked stays so. */
export const apiKeyStates = ['active', 'expired', 'revoked'] as const
export type ApiKeyState = typeof apiKeyStates[number]
/** What the caller may do with a key now. */
export const apiKeyActions = ['edit', 'rotate', 'revoke'] as const
export type ApiKeyAction = typeof apiKeyActions[number]

const Scopes = Type.Array(ApiKeyScope, { minItems: 1, maxItems: 20, uniqueItems: true })
const Address = Type.String({ minLength: 2, maxLength: 43, description: 'IPv4 or IPv6 address, or a network in CIDR notation: 192.0.2.0/24' })
const Addresses = Type.Array(Address, { maxItems: 50, uniqueItems: true, description: 'where the key may be used from; empty: from anywhere' })
const strict = { additionalProperties: false } as const

/** One secret of a key, as far as it is told after it was made. While a rotation overlaps there are two. */
export const ApiKeySecret = Type.Object({
  hint: Type.String({ description: 'how the secret begins, to tell it from others by' }),
  createdAt: Moment,
  endsAt: Moment,
  lastUsedAt: Type.Optional(Type.String({ format: 'date-time', description: 'to five minutes' })),
  lastUsedAddress: Type.Optional(Type.String()),
})
export type ApiKeySecret = Static<typeof ApiKeySecret>

const apiKeyMembers = {
  apiKeyId: Id,
  name: Type.String(),
  state: Type.Enum([...apiKeyStates]),
  scopes: Type.Array(Type.String()),
  addresses: Type.Array(Type.String()),
  createdAt: Moment,
  createdBy: Type.Optional(Type.String({ description: 'name of the person who made it' })),
  expiresAt: Moment,
  revokedAt: Type.Optional(Moment),
  lastUsedAt: Type.Optional(Type.String({ format: 'date-time', description: 'to five minutes' })),
  secrets: Type.Array(ApiKeySecret, { description: 'those that are good, the newest first' }),
  version: Type.Integer({ minimum: 1, description: 'goes up with each change; the ETag' }),
  actions: Type.Array(Type.Enum([...apiKeyActions])),
}
export const ApiKey = Type.Object(apiKeyMembers)
export type ApiKey = Static<typeof ApiKey>

/** A key with its secret, which is told this once. */
export const NewApiKey = Type.Object({ ...apiKeyMembers, key: Type.String({ description: 'what goes behind "Authorization: Bearer"; never told again' }) })
export type NewApiKey = Static<typeof NewApiKey>

export const ApiKeyPage = Type.Object({ items: Type.Array(ApiKey), next: Type.Optional(Type.String()) })
export type ApiKeyPage = Static<typeof ApiKeyPage>
export const ApiKeyQuery = Type.Object({ ...PageQuery.properties, state: Type.Optional(Type.Enum([...apiKeyStates])) })
export type ApiKeyQuery = Static<typeof ApiKeyQuery>
export const ApiKeyParams = Type.Object({ apiKeyId: Id })

export const ApiKeyRequest = Type.Object({
  name: Name,
  scopes: Scopes,
  expiresAt: Type.String({ format: 'date-time', maxLength: 40, description: `at most ${String(apiKeyMaxDays)} days from now` }),
  addresses: Type.Optional(Addresses),
}, strict)
export type ApiKeyRequest = Static<typeof ApiKeyRequest>

/** Scopes are not changed: a program that needs others gets a key of its own. */
export const ApiKeyPatch = Type.Object({ name: Type.Optional(Name), expiresAt: Type.Optional(Moment), addresses: Type.Optional(Addresses) }, { ...strict, minProperties: 1, description: 'what is absent stays' })
export type ApiKeyPatch = Static<typeof ApiKeyPatch>

export const ApiKeyRotation = Type.Object({
  overlapHours: Type.Optional(Type.Integer({ minimum: 0, maximum: apiKeyMaxOverlapHours, default: apiKeyDefaultOverlapHours, description: 'for so long the former secret goes on being good' })),
}, strict)
export type ApiKeyRotation = Static<typeof ApiKeyRotation>

/** What can be chosen from, with what the caller may give. */
export const ApiKeyScopeList = Type.Object({
  items: Type.Array(Type.Object({ scope: Type.String(), allows: Type.String(), mayGive: Type.Boolean({ description: 'false for what the caller may not do himself' }) })),
})
export type ApiKeyScopeList = Static<typeof ApiKeyScopeList>

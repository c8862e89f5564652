/** Share links: made by who may, opened by who holds them, closed by time, by their maker, or by ten wrong passwords. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { sharePathOf, wrongSharePasswords, type NewShareLink, type ShareLink, type ShareLinkPage, type ShareLinkRequest, type ShareView, type ShareViewRequest } from '@isocenter/contracts'
import { createPseudonyms } from '@isocenter/dicom'
import { Type } from 'typebox'
import { createPasswordHashing } from '../accounts/index.ts'
import { record } from '../audit/index.ts'
import { noSuchStudy, type Catalogue } from '../catalogue/index.ts'
import { forbidden, reachesStudy, type Access, type ShareResolver } from '../identity/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import { rows, type Db } from '../platform/db.ts'
import { createVisitCookie } from './cookie.ts'
import { createLinkNames, type LinkNames } from './names.ts'
import { noSuchShareLink, shareLinkClosed, sharePasswordNeeded, sharePasswordWrong } from './problems.ts'
import { risksOf, type StudyRisks } from './risks.ts'
import { findLink, findVisit, linksOf, namedStudies, stateOf, studiesOf, type LinkRow, type SharedStudy } from './store.ts'

const hourMs = 3_600_000
/** A visitor who comes back later opens the link again. */
const visitMs = 12 * hourMs
const Position = Type.Tuple([Type.String({ pattern: '^[1-9][0-9]{0,17}$' })])

export interface Visit {
  readonly view: ShareView
  /** What the cookie holds, and for how long. */
  readonly secret: string
  readonly maxAgeSeconds: number
}

export interface Sharing {
  /** What removing attributes will not remove from these studies. @throws noSuchStudy 404 */
  readonly risks: (access: Access, StudyInstanceUIDs: readonly string[]) => Promise<readonly StudyRisks[]>
  /** @throws noSuchStudy 404, forbidden 403 for who is no person */
  readonly create: (access: Access, request: ShareLinkRequest) => Promise<NewShareLink>
  /** The caller's own, the latest first, with whose studies they show for who may see these. */
  readonly list: (access: Access, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<ShareLinkPage>
  /** Whoever looks through it sees nothing more with his next request. @throws noSuchShareLink 404 */
  readonly revoke: (access: Access, linkId: string) => Promise<ShareLink>
  /** @throws noSuchShareLink 404, shareLinkClosed 410, sharePasswordNeeded and sharePasswordWrong 403 */
  readonly open: (linkId: string, request: ShareViewRequest) => Promise<Visit>
  /** What the caller's link shows and is still there, in its order; the caller is a visitor of a link that is not anonymised. */
  readonly studies: (access: Access, linkId: string) => Promise<readonly SharedStudy[]>
  readonly resolver: ShareResolver
  readonly cookie: ReturnType<typeof createVisitCookie>
  readonly names: LinkNames
  /** Removes visits that have ended. */
  readonly forget: () => Promise<void>
}

export interface SharingDeps {
  readonly db: Db
  readonly catalogue: Catalogue
  /** Scheme and host users reach the server at, where it is fixed. */
  readonly publicUrl?: string | undefined
  readonly now?: () => Date
}

const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest()

export function createSharing({ db, catalogue, publicUrl, now = () => new Date() }: SharingDeps): Sharing {
  const passwords = createPasswordHashing()
  const cookie = createVisitCookie(publicUrl)
  const names = createLinkNames({ db })

  const assertThere = async (access: Access, StudyInstanceUIDs: readonly string[]) => {
    const there = await db('study')
      .where({ organisation_id: access.organisationId })
      .whereIn('study_instance_uid', [...StudyInstanceUIDs])
      .where('number_of_study_related_instances', '>', 0)
      .pluck<string[]>('study_instance_uid')
    if (!StudyInstanceUIDs.every((uid) => reachesStudy(access, uid) && there.includes(uid))) throw noSuchStudy('A study of these is not there.')
  }

  const note = (
    handle: Db,
    link: Pick<LinkRow, 'organisation_id' | 'link_id' | 'studies'>,
    actor: string,
    action: 'share.create' | 'share.revoke' | 'share.view',
    outcome: 'success' | 'refused' = 'success',
    detail: Record<string, unknown> = {},
  ) =>
    record(handle, link.studies.map((StudyInstanceUID) => ({ organisationId: link.organisation_id, actor, action, outcome, StudyInstanceUID, detail: { linkId: link.link_id, ...detail } })))

  const toLink = (row: LinkRow): ShareLink => {
    const state = stateOf(row, now())
    return {
      linkId: row.link_id, state, studies: row.studies.map((StudyInstanceUID) => ({ StudyInstanceUID, isGone: !row.present.includes(StudyInstanceUID) })),
      isAnonymised: row.mask_secret !== null, hasPassword: row.password_hash !== null, createdAt: row.created_at.toISOString(), expiresAt: row.expires_at.toISOString(),
      views: row.views, ...(row.last_viewed_at === null ? {} : { lastViewedAt: row.last_viewed_at.toISOString() }), actions: state === 'active' ? ['revoke'] : [],
    }
  }

  /** Counts a try before the password is looked at, so that a thousand at once are ten. */
  const assertPassword = async (link: LinkRow, password: string | undefined) => {
    if (link.password_hash === null) return
    if (password === undefined) throw sharePasswordNeeded('Who made the link has its password.')
    const [begun] = await rows<{ wrong_passwords: number }>(
      db,
      'update share_link set wrong_passwords = wrong_passwords + 1 where link_key = ? and wrong_passwords < ? returning wrong_passwords',
      [link.link_key, wrongSharePasswords],
    )
    if (begun === undefined) throw shareLinkClosed('Ten wrong passwords were tried.', { reason: 'locked' })
    if (await passwords.verify(password, link.password_hash)) {
      await db('share_link').where({ link_key: link.link_key }).decrement('wrong_passwords', 1)
      return
    }
    const triesLeft = wrongSharePasswords - begun.wrong_passwords
    await note(db, link, `share:${link.link_id}`, 'share.view', 'refused', { triesLeft })
    if (triesLeft === 0) throw shareLinkClosed('Ten wrong passwords were tried.', { reason: 'locked' })
    throw sharePasswordWrong('Try again.', { triesLeft })
  }

  return {
    cookie, names,

    risks: async (access, StudyInstanceUIDs) => {
      await assertThere(access, StudyInstanceUIDs)
      return Promise.all(StudyInstanceUIDs.map(async (StudyInstanceUID) => ({ StudyInstanceUID, risks: await risksOf(catalogue, access, StudyInstanceUID) })))
    },

    create: async (access, { studies, isAnonymised, validHours, password }) => {
      if (access.actor.kind !== 'account') throw forbidden('A person shares, so that somebody answers for it; a token is none.')
      await assertThere(access, studies)
      const token = randomBytes(32).toString('base64url')
      const createdAt = now()
      const password_hash = password === undefined ? null : await passwords.hash(password)
      return db.transaction(async (trx) => {
        const link_id = randomBytes(12).toString('base64url')
        const [made] = await trx('share_link').insert({
          link_id, organisation_id: access.organisationId, created_by: access.actor.id, token_sha256: digest(token), password_hash,
          mask_secret: isAnonymised ? randomBytes(32) : null, created_at: createdAt, expires_at: new Date(createdAt.getTime() + validHours * hourMs),
        }).returning<{ link_key: string }[]>('link_key')
        await trx('share_link_study').insert(studies.map((study_instance_uid, position) => ({ link_key: made?.link_key, position, study_instance_uid })))
        const row = await findLink(trx, link_id)
        if (row === undefined) throw new Error('The link was not added.')
        await note(trx, row, `account:${access.actor.id}`, 'share.create', 'success', { isAnonymised, hasPassword: password !== undefined, expiresAt: row.expires_at.toISOString() })
        return { ...toLink(row), path: `${sharePathOf(link_id)}#${token}` }
      })
    },

    list: async (access, { cursor, limit }) => {
      const { organisationId, actor, permissions } = access
      if (actor.kind !== 'account') throw forbidden('Links are of persons; a token has none.')
      const after = decodeCursor(cursor, Position)
      const found = await linksOf(db, organisationId, actor.id, after?.[0], limit + 1)
      const last = found.length > limit ? found[limit - 1] : undefined
      const items = found.slice(0, limit).map(toLink)
      const shown = permissions.has('study.view') ? items.flatMap(({ studies }) => studies.map(({ StudyInstanceUID }) => StudyInstanceUID)).filter((uid) => reachesStudy(access, uid)) : []
      const named = await namedStudies(db, organisationId, shown)
      const withNames = items.map((link) => ({
        ...link, studies: link.studies.map((study) => {
          const about = named.get(study.StudyInstanceUID)
          return about === undefined ? study : { ...study, about }
        }),
      }))
      return { items: withNames, ...(last && { next: encodeCursor([last.link_key]) }) }
    },

    revoke: (access, linkId) => db.transaction(async (trx) => {
      const revoked = await trx('share_link').where({ link_id: linkId, organisation_id: access.organisationId, created_by: access.actor.kind === 'account' ? access.actor.id : null })
        .update({ revoked_at: trx.raw('coalesce(revoked_at, ?::timestamptz)', [now()]) })
      const row = revoked === 0 ? undefined : await findLink(trx, linkId)
      if (row === undefined) throw noSuchShareLink('You have made no link of this id.')
      await note(trx, row, `account:${access.actor.id}`, 'share.revoke')
      return toLink(row)
    }),

    open: async (linkId, { token, password }) => {
      const link = await findLink(db, linkId)
      if (link === undefined || !timingSafeEqual(link.token_sha256, digest(token))) throw noSuchShareLink('The address is not complete, or was never one.')
      const state = stateOf(link, now())
      if (state !== 'active') throw shareLinkClosed(`The link is ${state}.`, { reason: state })
      if (link.present.length === 0) throw shareLinkClosed('What it showed was deleted.', { reason: 'gone' })
      await assertPassword(link, password)
      const openedAt = now()
      const endsAt = new Date(Math.min(link.expires_at.getTime(), openedAt.getTime() + visitMs))
      const secret = randomBytes(32).toString('base64url')
      await db.transaction(async (trx) => {
        await trx('share_visit').insert({ visit_sha256: digest(secret), link_key: link.link_key, opened_at: openedAt, expires_at: endsAt })
        await trx('share_link').where({ link_key: link.link_key }).update({ views: trx.raw('views + 1'), last_viewed_at: openedAt })
        await note(trx, { ...link, studies: link.present }, `share:${linkId}`, 'share.view')
      })
      const uidFor = link.mask_secret === null ? (uid: string) => uid : createPseudonyms(link.mask_secret).uidFor
      return {
        view: { studies: link.present.map(uidFor), isAnonymised: link.mask_secret !== null, expiresAt: endsAt.toISOString(), linkExpiresAt: link.expires_at.toISOString() },
        secret, maxAgeSeconds: Math.max(1, Math.floor((endsAt.getTime() - openedAt.getTime()) / 1000)),
      }
    },

    studies: ({ organisationId }, linkId) => studiesOf(db, organisationId, linkId),

    resolver: {
      accessOf: async (request, linkId) => {
        const secret = cookie.read(request)
        const visit = secret === undefined ? undefined : await findVisit(db, linkId, digest(secret), now())
        return visit && {
          actor: { kind: 'share', id: linkId }, organisationId: visit.organisation_id, permissions: new Set(['dicomweb:search', 'dicomweb:retrieve']), studies: visit.studies,
          share: { linkId, hiddenSeries: new Set(visit.hidden), maskSecret: visit.mask_secret ?? undefined },
        }
      },
    },

    forget: async () => { await db('share_visit').where('expires_at', '<', now()).delete() },
  }
}

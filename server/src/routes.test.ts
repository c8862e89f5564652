import { aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AuditAction } from './audit/index.ts'
import { knownRoutes, type KnownRoute } from './audit/known-routes.fixture.ts'
import { aService, type TestService } from './dicomweb/service.fixture.ts'
import type { Permission } from './identity/index.ts'

let routes: KnownRoute[]
let service: TestService
beforeAll(async () => { ({ routes, made: service } = await knownRoutes(() => aService())) })
afterAll(() => service.close())

/** A preflight (Fetch §3.2.2) carries no credentials and is answered from the settings alone. */
const touchesData = ({ method }: KnownRoute) => method !== 'OPTIONS'
const pathOf = (url: string) => url.replaceAll(/:\w+/g, '1.2.3').replace('*', '00091010')

test('what is open to everybody says nothing of patients: health, metrics, and how to become known', () => {
  const open = routes.filter((route) => route.policy === 'public' && touchesData(route)).map(({ url }) => url)
  expect([...new Set(open)].sort()).toEqual([
    '/*', '/.well-known/jwks.json', '/api/captchas', '/api/docs', '/api/gateways/enrolment', '/api/openapi.json', '/api/passkey-challenges',
    '/api/password-resets', '/api/password-resets/:resetId/completion', '/api/phone-bindings', '/api/phone-bindings/:bindingId/completion',
    '/api/qr-sign-ins', '/api/qr-sign-ins/own', '/api/session', '/api/session/passkey', '/api/session/qr', '/api/shared/:linkId/views',
    '/api/sign-in/oidc/:number', '/api/sign-in/oidc/:number/backchannel-logout', '/api/sign-in/oidc/:number/callback', '/api/signature-drawing',
    '/api/token', '/apps/*', '/healthz', '/metrics', '/readyz', '/service-worker.js', '/viewer/*',
  ])
})

test('every other route asks for a permission or is about the own account, and what is done is audited under the action of that permission', () => {
  const guarded = routes.filter((route) => route.policy !== 'public' && touchesData(route))
  expect(guarded.length).toBeGreaterThan(20)
  const actions: Partial<Record<Permission | 'signedIn' | 'signingIn', readonly (AuditAction | 'none')[]>> = {
    'dicomweb:search': ['study.search'], 'dicomweb:retrieve': ['study.retrieve', 'attachment.view', 'attachment.download'], 'dicomweb:store': ['study.store', 'none'], 'dicomweb:delete': ['study.delete'],
    'gateways:read': ['gateway.read'], 'gateways:manage': ['gateway.change', 'gateway.revoke', 'gateway.command', 'upload-code.read', 'upload-code.rotate'],
    signingIn: ['none', 'account.sign-out', 'account.password', 'account.second-factor'],
    signedIn: [
      'none', 'account.sign-in', 'account.second-factor', 'account.password', 'account.settings', 'account.session-end', 'account.link',
      'account.unlink', 'member.switch', 'invitation.answer', 'account.profile', 'account.contact', 'account.signature', 'credential.change',
      'credential.view', 'download.request', 'download.remove', 'download.fetch',
    ],
    'admin.unfreeze': ['account.frozen-read', 'account.unfreeze'],
    'org.member': [
      'account.password-reset', 'member.read', 'member.create', 'member.invite', 'member.change', 'invitation.withdraw', 'credential.read',
      'credential.view', 'credential.decide',
    ],
    'log.view_own': ['log.read'], 'log.view_all': ['log.read', 'log.export'], 'admin.audit': ['none', 'log.read', 'storage.read'],
    'study.lock': ['study.lock'],
    'study.edit_case': ['study.edit-case'],
    'study.share_colleague': ['study.share-colleague'],
    'study.delete': ['study.delete'],
    'admin.data_maintain': [
      'deleted-study.read', 'study.restore', 'study.edit-case', 'quarantine.read', 'quarantine.view', 'quarantine.accept', 'quarantine.delete',
    ],
    'operator.purge': ['none', 'deleted-study.read', 'study.purge-request'],
    'study.download': ['none', 'download.request', 'list.export'],
    'study.print_film': ['none', 'study.retrieve', 'film.collect', 'film.print', 'film.cancel', 'film.fetch'],
    'study.share': ['none', 'study.search', 'share.create', 'share.revoke', 'study.retrieve'],
    'study.view': ['none', 'study.search', 'study.retrieve', 'study.unlock', 'attachment.view', 'attachment.download', 'favourite.read', 'favourite.change'],
    // What an organisation says of itself names no patient.
    'organisation:read': ['none'], 'org.hospital_edit': ['organisation.change'], 'admin.cloudfilm': ['organisation.change'], 'team.edit': ['organisation.change'],
    'admin.department': ['department.change'],
    'org.role': ['role.change'],
    'org.device': ['none', 'device.change', 'device.delete'],
    'admin.exam_attr': ['none', 'device.change', 'body-part.change', 'list.export', 'study.retrieve'],
    'org.pairing': ['none', 'pairing.change'], 'team.pairing': ['none', 'pairing.change'], 'team.signature': ['none', 'pairing.change'], 'team.fee': ['none', 'fee.change'],
    'admin.notify': ['none', 'notification-rule.change'],
    'admin.consortium': ['none', 'storage.read', 'organisation.create', 'organisation.change'],
    'operator.organisations': ['none', 'organisation.create', 'organisation.change', 'account.suspend', 'account.reinstate'],
    'operator.modules': ['organisation.change'],
    'org.api_key': ['none', 'api-key.create', 'api-key.change', 'api-key.rotate', 'api-key.revoke'], 'org.sign_in': ['none', 'sign-in-provider.change', 'organisation.change'],
    // What a gateway says of itself names no patient.
    'gateway:report': ['none', 'study.retrieve'],
    upload: ['study.store'],
    'worklist:read': ['worklist.read'], 'worklist:write': ['worklist.write'],
    'performed-procedure:read': ['performed-step.read'], 'performed-procedure:write': ['performed-step.write'],
  }
  expect(guarded.filter(({ policy, audit }) => !actions[policy as Permission | 'signedIn' | 'signingIn']?.includes(audit as AuditAction))).toEqual([])
})

test('nothing is answered to who shows no token, or one that grants nothing', async () => {
  const headers = await service.as('north', [])
  for (const { method, url } of routes.filter((route) => route.policy !== 'public' && touchesData(route))) {
    const request = { method: method as 'GET', url: pathOf(url), headers: { 'sec-fetch-site': 'same-origin' } }
    expect([method, url, (await service.app.inject(request)).statusCode]).toEqual([method, url, 401])
    expect([method, url, (await service.app.inject({ ...request, headers: { ...request.headers, ...headers } })).statusCode]).toEqual([method, url, 403])
  }
})

test('everything that was read, stored or deleted stands in the audit trail', async () => {
  const study = aStudy({ instances: 1 })
  const series = `/studies/${study.StudyInstanceUID}/series/${study.series[0]?.SeriesInstanceUID ?? ''}`
  const authorization = await service.as('audited')
  await service.store(study.instances.map((instance) => bytesOf(instance)), { headers: authorization })
  for (const path of ['/studies', `${series}/instances`, `${series}/metadata`, series]) await service.get(path, authorization)
  await service.app.inject({ method: 'DELETE', url: `/dicom-web${series}`, headers: authorization })
  await service.flushAudit()
  const trail = await service.db('audit_event').join('organisation', 'organisation.organisation_id', 'audit_event.organisation_id')
    .where('organisation.slug', 'audited').orderBy('action').select<{ action: string; study_instance_uid: string | null; occurrences: number }[]>('action', 'study_instance_uid', 'occurrences')
  expect(trail.map(({ action, study_instance_uid, occurrences }) => [action, study_instance_uid, occurrences])).toEqual(expect.arrayContaining([
    ['study.delete', study.StudyInstanceUID, 1],
    ['study.retrieve', study.StudyInstanceUID, 2],
    ['study.search', null, 1],
    ['study.search', study.StudyInstanceUID, 1],
    ['study.store', study.StudyInstanceUID, 1],
  ]))
})

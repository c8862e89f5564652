/** Share links made and opened in tests. */
import type { Attachment, NewShareLink, ShareLinkRequest, ShareView } from '@isocenter/contracts'
import type { LightMyRequestResponse } from 'fastify'
import { expect } from 'vitest'
import type { OrganisationsService, TestMember } from '../organisations/service.fixture.ts'
import { disposition } from '../platform/file-names.ts'

export async function aHospital(service: OrganisationsService) {
  const hospital = await service.organisation('hospital')
  return { ...hospital, headers: await service.as(hospital.slug), doctor: await hospital.member('full') }
}

export async function aLink({ call }: Pick<TestMember, 'call'>, studies: readonly string[], given: Partial<ShareLinkRequest> = {}): Promise<NewShareLink> {
  const answer = await call('POST', '/share-links', { studies, isAnonymised: true, validHours: 24, ...given })
  expect([answer.statusCode, answer.body]).toEqual([201, expect.anything()])
  return answer.json<NewShareLink>()
}

export const tokenOf = ({ path }: Pick<NewShareLink, 'path'>): string => path.split('#')[1] ?? ''

export const opening = (service: OrganisationsService, link: NewShareLink, body: { token?: string; password?: string } = {}, remoteAddress = '198.51.100.7'): Promise<LightMyRequestResponse> =>
  service.app.inject({ method: 'POST', url: `/api/shared/${link.linkId}/views`, payload: { token: tokenOf(link), ...body }, remoteAddress })

/** What a visitor's browser can ask once it has opened the link. */
export async function aVisit(service: OrganisationsService, link: NewShareLink, body: { password?: string } = {}) {
  const answer = await opening(service, link, body)
  expect([answer.statusCode, answer.body]).toEqual([201, expect.anything()])
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
  return {
    view: answer.json<ShareView>(), setCookie: String(answer.headers['set-cookie']),
    get: (path: string, headers: Record<string, string> = {}) => service.app.inject({ method: 'GET', url: `/s/${link.linkId}/dicom-web${path}`, headers: { cookie, ...headers } }),
    /** Below the link, beside its DICOMweb service. */
    at: (path: string, headers: Record<string, string> = {}) => service.app.inject({ method: 'GET', url: `/s/${link.linkId}${path}`, headers: { cookie, ...headers } }),
    send: (method: 'POST' | 'DELETE', path: string) => service.app.inject({ method, url: `/s/${link.linkId}/dicom-web${path}`, headers: { cookie } }),
    cookie,
  }
}
export type TestVisit = Awaited<ReturnType<typeof aVisit>>

/** A file added to a study, shown to outside viewers or kept from them. */
export async function anAttachment({ call }: Pick<TestMember, 'call'>, StudyInstanceUID: string, { fileName, bytes, isShown }: {
  readonly fileName: string
  readonly bytes: Buffer
  readonly isShown: boolean
}): Promise<Attachment> {
  const added = await call('POST', `/studies/${StudyInstanceUID}/attachments`, bytes, { 'content-type': 'application/octet-stream', 'content-disposition': disposition('attachment', fileName) })
  expect([added.statusCode, added.body]).toEqual([201, expect.anything()])
  const attachment = added.json<Attachment>()
  if (!isShown) return attachment
  const shown = await call('PUT', `/studies/${StudyInstanceUID}/attachments/${attachment.attachmentId}/visibility`, { isShown })
  expect(shown.statusCode).toBe(200)
  return shown.json<Attachment>()
}

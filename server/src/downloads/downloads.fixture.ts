/** Downloads asked for and read back in tests. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Download, DownloadRequest } from '@isocenter/contracts'
import type { DicomJson } from '@isocenter/dicom'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import { expect } from 'vitest'
import type { OrganisationsService, TestMember } from '../organisations/service.fixture.ts'
import type { aHospital } from '../sharing/sharing.fixture.ts'

export const run = promisify(execFile)

/** Limits that a few small objects reach. */
export const smallLimits = { DOWNLOAD_DIRECT_BYTES: '100000', DOWNLOAD_KEPT_HOURS: '24', DOWNLOAD_QUOTA_BYTES: '2000000' }

type Hospital = Awaited<ReturnType<typeof aHospital>>
type Series = NonNullable<Parameters<typeof aStudy>[0]>['series']
/** A study that a hospital has, of somebody with a name. */
export async function stored(service: OrganisationsService, hospital: Hospital, series: Series = [{ kind: 'CT', instances: 2 }], given: DicomJson = {}) {
  const study = aStudy({ series })
  const objects = study.instances.map((instance) => bytesOf({ ...instance, ...attributes({ PatientName: 'Zhang^Wei', PatientID: 'P-4711', AccessionNumber: 'ACC-0815' }), ...given }))
  expect((await service.store(objects, { headers: hospital.headers })).statusCode).toBe(200)
  return study
}
/** Pixels of which a few objects are more than is made while it is fetched. */
export const many = attributes({ PixelData: Buffer.alloc(60_000), Rows: 150, Columns: 200 })
/** More than is made while it is fetched. */
export const large = (service: OrganisationsService, hospital: Hospital) => stored(service, hospital, [{ kind: 'CT', instances: 3 }], many)
export const uidOf = (instance: DicomJson) => String(instance['00080018']?.Value?.[0])

export async function aDownload({ call }: Pick<TestMember, 'call'>, studies: readonly string[], given: Partial<DownloadRequest> = {}): Promise<Download> {
  const answer = await call('POST', '/downloads', { studies, ...given })
  expect([answer.statusCode, answer.body]).toEqual([201, expect.anything()])
  return answer.json<Download>()
}

export const fetchFile = ({ call }: Pick<TestMember, 'call'>, { downloadId }: Pick<Download, 'downloadId'>, headers: Record<string, string> = {}) => call('GET', `/downloads/${downloadId}/file`, undefined, headers)

/** Makes what waits to be made in the background. */
export const make = (service: OrganisationsService) => service.downloads.makeAll(new AbortController().signal)

export const trailOf = async (service: OrganisationsService, hospital: Hospital, action: string) => service.db('audit_event')
  .where({ organisation_id: hospital.organisationId, action })
  .orderBy('audit_event_id')
  .select<{ study_instance_uid: string | null; outcome: string; address: string | null; detail: Record<string, unknown> }[]>(
    'study_instance_uid',
    'outcome',
    'address',
    'detail',
  )

/** Does something with the files of a zip laid out in a folder, as a CD would have them. */
export async function inFolder<Result>(files: ReadonlyMap<string, Buffer>, look: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'isocenter-download-'))
  try {
    for (const [path, content] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content)
    }
    return await look(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Whether DCMTK is there to read what we write. */
export const hasDcmtk = await run('dcmdump', ['--version']).then(() => true, () => false)
if (!hasDcmtk) console.info('skipped: DCMTK is not installed')

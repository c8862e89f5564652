/** Every real file beside the repository, de-identified: nothing of whom it was is left, and it is still an object of its kind. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sharedDicom } from '@isocenter/testkit/instances'
import { describe, expect, test } from 'vitest'
import { attribute } from '../dictionary.ts'
import type { DicomJson } from '../json.ts'
import { writeDicomJson } from '../json.ts'
import { readInstance } from '../read.ts'
import { DicomReadError } from '../read-error.ts'
import { encodeInstance } from '../write.ts'
import { deidentify } from './deidentify.ts'
import { createPseudonyms } from './pseudonyms.ts'

const shared = sharedDicom() ?? ''
const files = shared === '' ? [] : readdirSync(shared, { recursive: true, encoding: 'utf8' })
  .filter((file) => !/^(expected|licences|MANIFEST|README)/.test(file) && statSync(join(shared, file)).isFile())
if (files.length === 0) console.info('skipped: there are no shared DICOM files beside the repository')

const pseudonyms = createPseudonyms(Buffer.alloc(32, 1))
/** Attributes that say who, where and when; some writers put words of no one into them. */
const telling = /^(PatientID|AccessionNumber|OtherPatientIDs|PatientBirthDate|StudyDate|SeriesDate|AcquisitionDate|ContentDate|InstitutionName|InstitutionAddress|StationName|DeviceSerialNumber|PatientComments|PatientAddress)$/
/** StudyDescription, SeriesDescription: their words may stand elsewhere with right, as `svs_se` does in the name of a pulse sequence. */
const described = new Set(['00081030', '0008103E'])
const ofNobody = new Set(['ANONYMOUS', 'ANONYMIZED', '19000101', '000000'])

interface Originals { readonly texts: Set<string>; readonly uids: Set<string> }

function originalsOf(dataSet: DicomJson, found: Originals = { texts: new Set(), uids: new Set() }): Originals {
  for (const [key, { vr, Value = [] }] of Object.entries(dataSet)) {
    const keyword = attribute(Number.parseInt(key, 16))?.keyword ?? ''
    for (const value of Value) {
      if (vr === 'SQ') originalsOf(value as DicomJson, found)
      else if (vr === 'UI' && typeof value === 'string' && !value.startsWith('1.2.840.10008.') && value.length > 8) found.uids.add(value)
      else if (vr === 'PN' && typeof value === 'object' && value !== null) for (const group of Object.values(value)) found.texts.add(String(group).trim())
      else if (telling.test(keyword) && typeof value === 'string') found.texts.add(value.trim())
    }
  }
  return found
}

const isTelling = (text: string) => text.length >= 5 && !ofNobody.has(text.toUpperCase())

function keysOf(dataSet: DicomJson): string[] {
  return Object.entries(dataSet).flatMap(([key, { vr, Value = [] }]) => [key, ...(vr === 'SQ' ? Value.flatMap((item) => keysOf(item as DicomJson)) : [])])
}

describe.skipIf(files.length === 0)('real files, de-identified', () => {
  test('hold no name, number, date or place, no UID and no private element of the original', async () => {
    let looked = 0
    for (const file of files) {
      const instance = await readInstance(readFileSync(join(shared, file))).catch((error: unknown) => { if (error instanceof DicomReadError) return undefined; throw error })
      if (!instance) continue
      const original = JSON.parse(writeDicomJson(instance.dataSet)) as DicomJson
      const result = deidentify(original, { pseudonyms })
      // Base64 of zeros is the name AAAA.
      const written = JSON.stringify(result, (member, value: unknown) => (member === 'InlineBinary' ? undefined : value))
      const { texts, uids } = originalsOf(original)
      for (const text of texts) if (isTelling(text) && written.includes(JSON.stringify(text).slice(1, -1))) expect.unreachable(`${file}: ${text}`)
      for (const uid of uids) if (written.includes(`"${uid}"`)) expect.unreachable(`${file}: ${uid}`)
      for (const key of keysOf(result)) if (Number.parseInt(key, 16) & 0x1_0000 || described.has(key)) expect.unreachable(`${file}: ${key}`)
      looked++
    }
    expect(looked).toBeGreaterThan(50)
  }, 60_000)

  test('are objects that can be written and read again, with the references among them whole', async () => {
    for (const file of files.filter((name) => /^(ct-series|sr|seg|rt|ko-pr)\//.test(name))) {
      const { dataSet } = await readInstance(readFileSync(join(shared, file)))
      if (dataSet.string('SOPClassUID') === undefined || dataSet.string('SOPInstanceUID') === undefined) continue
      const result = deidentify(JSON.parse(writeDicomJson(dataSet)) as DicomJson, { pseudonyms })
      const again = await readInstance(encodeInstance(result, { transferSyntaxUID: '1.2.840.10008.1.2.1' }))
      expect(again.warnings, file).toEqual([])
      for (const keyword of ['SOPInstanceUID', 'SeriesInstanceUID', 'StudyInstanceUID', 'FrameOfReferenceUID'] as const) {
        const uid = dataSet.string(keyword)
        expect(again.dataSet.string(keyword), file).toBe(uid === undefined ? undefined : pseudonyms.uidFor(uid))
      }
      expect(again.dataSet.string('SOPClassUID'), file).toBe(dataSet.string('SOPClassUID'))
    }
  })
})

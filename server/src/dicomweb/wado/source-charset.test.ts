import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DicomJson } from '@isocenter/dicom'
import { sharedDicom } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, type TestService } from '../service.fixture.ts'
import { charsetIn } from './source-charset.ts'

const shared = sharedDicom()
describe.skipIf(shared === undefined)('metadata with charset=source', () => {
  let service: TestService
  beforeAll(async () => { service = await aService() })
  afterAll(() => service.close())

  test.each([
    ['charsets/chrGerm.dcm', ['ISO_IR 100']], ['charsets/chrGB2312.dcm', [null, 'ISO 2022 IR 58']], ['charsets/chrRuss.dcm', ['ISO_IR 144']],
  ])('%s says %j, and the text is the same', async (file, terms) => {
    const stored = (await service.store([readFileSync(join(shared ?? '', file))])).json<DicomJson>()
    const reference = stored['00081199']?.Value?.[0] as DicomJson
    const path = String(reference['00081190']?.Value?.[0]).replace(/^.*\/dicom-web/, '')
    const [plain] = (await service.get(`${path}/metadata`)).json<[DicomJson]>()
    const [source] = (await service.get(`${path}/metadata?charset=source`)).json<[DicomJson]>()
    expect(plain['00080005']).toEqual({ vr: 'CS', Value: ['ISO_IR 192'] })
    expect(source).toEqual({ ...plain, '00080005': { vr: 'CS', Value: terms } })
    expect((await service.get(`${path}/metadata?charset=source`, { accept: 'multipart/related; type="application/dicom+xml"' })).body).toContain(`>${String(terms.at(-1))}<`)
  })
})

test('the character set is read in every encoding, and found missing where it is not', () => {
  expect(charsetIn(Buffer.from('080005004353 0a00 49534f5f495220313030'.replaceAll(' ', ''), 'hex'), true, true)).toEqual(['ISO_IR 100'])
  expect(charsetIn(Buffer.from('08000500 0a000000 49534f5f495220313030'.replaceAll(' ', ''), 'hex'), false, true)).toEqual(['ISO_IR 100'])
  expect(charsetIn(Buffer.from('00080005 4353 000a 49534f5f495220313030'.replaceAll(' ', ''), 'hex'), true, false)).toEqual(['ISO_IR 100'])
  expect(charsetIn(Buffer.from('080016005549 0200 3100'.replaceAll(' ', ''), 'hex'), true, true)).toEqual([])
  expect(charsetIn(Buffer.alloc(3), true, true)).toEqual([])
})

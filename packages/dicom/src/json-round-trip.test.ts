import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dataSet } from './data-set.fixture.ts'
import { parseDicomJson, writeDicomJson, type DicomJson } from './json.ts'
import { readInstance } from './read.ts'
import { DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian } from './transfer-syntax.ts'
import { encodeInstance } from './write.ts'

const file: DicomJson = {
  '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
  '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.66'] },
  '00080018': { vr: 'UI', Value: ['2.25.2'] },
}

describe('DICOM JSON written as a file and read again', () => {
  test.each([ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])('is the same JSON, in %s', async (transferSyntaxUID) => {
    await fc.assert(fc.asyncProperty(dataSet, async (generated) => {
      const json = { ...generated, ...file }
      const instance = await readInstance(encodeInstance(json, { transferSyntaxUID }))
      expect(instance.warnings).toEqual([])
      const written = writeDicomJson(instance.dataSet)
      expect(JSON.parse(written)).toEqual(json)
      expect(parseDicomJson(written)).toEqual(json)
      const keys = [...written.matchAll(/"([0-9A-F]{8})":/g)].map((match) => match[1])
      if (!written.includes('"SQ","Value"')) expect(keys).toEqual([...keys].sort())
    }), { numRuns: 150 })
  })
})

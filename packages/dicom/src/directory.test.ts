import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anInstance, aStudy, aUID, hasProgram } from '@isocenter/testkit'
import { describe, expect, test } from 'vitest'
import type { DataSet } from './data-set.ts'
import { DirectoryWriter } from './directory.ts'
import { instanceRecordType } from './directory-records.ts'
import type { DicomJson } from './json.ts'
import { readInstance } from './read.ts'
import { ExplicitVRLittleEndian } from './transfer-syntax.ts'
import { encodeInstance } from './write.ts'

const fileIDs = (index: number) => ['DICOM', `IM${String(index).padStart(6, '0')}`]

function directoryOf(instances: readonly DicomJson[]): Uint8Array {
  const writer = new DirectoryWriter()
  for (const [index, attributes] of instances.entries()) writer.add({ fileID: fileIDs(index), transferSyntaxUID: ExplicitVRLittleEndian, attributes })
  return writer.write('2.25.1234')
}

const recordsOf = async (bytes: Uint8Array): Promise<readonly DataSet[]> => (await readInstance(bytes)).dataSet.items('DirectoryRecordSequence') ?? []

/** The tree that the offsets make, and nothing but them. */
async function treeOf(bytes: Uint8Array): Promise<unknown> {
  const { dataSet } = await readInstance(bytes)
  const byOffset = new Map<number, DataSet>()
  const view = Buffer.from(bytes)
  for (let at = view.indexOf(Buffer.from('04002012', 'hex')) + 12; at < view.length; at += 8 + view.readUInt32LE(at + 4)) {
    expect(view.readUInt32LE(at)).toBe(0xe000_fffe)
    const record = dataSet.items('DirectoryRecordSequence')?.[byOffset.size]
    if (record) byOffset.set(at, record)
  }
  const chain = (first: number): unknown[] => {
    const found: unknown[] = []
    for (let at = first; at !== 0;) {
      const record = byOffset.get(at)
      if (!record) throw new Error(`no record at ${at}`)
      found.push([record.string('DirectoryRecordType'), ...chain(record.number('OffsetOfReferencedLowerLevelDirectoryEntity') ?? 0)])
      at = record.number('OffsetOfTheNextDirectoryRecord') ?? 0
    }
    return found
  }
  return chain(dataSet.number('OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity') ?? 0)
}

describe('a DICOMDIR', () => {
  test('has a tree of patient, study, series and instances, which the offsets give', async () => {
    const { instances } = aStudy({ series: 2, instances: 2 })
    const other = anInstance({ PatientID: 'other' })
    expect(await treeOf(directoryOf([...instances, other]))).toEqual([
      ['PATIENT', ['STUDY', ['SERIES', ['IMAGE'], ['IMAGE']], ['SERIES', ['IMAGE'], ['IMAGE']]]],
      ['PATIENT', ['STUDY', ['SERIES', ['IMAGE']]]],
    ])
  })

  test('points at its files and says what they are', async () => {
    const instance = anInstance({ PatientName: 'Wang^XiaoDong=王^小东' })
    const bytes = directoryOf([instance])
    const records = await recordsOf(bytes)
    expect(records.map((record) => record.string('DirectoryRecordType'))).toEqual(['PATIENT', 'STUDY', 'SERIES', 'IMAGE'])
    expect(records[0]?.string('PatientName')).toBe('Wang^XiaoDong=王^小东')
    expect(records[3]?.strings('ReferencedFileID')).toEqual(fileIDs(0))
    expect(records[3]?.string('ReferencedSOPInstanceUIDInFile')).toBe(instance['00080018']?.Value?.[0])
    expect((await readInstance(bytes)).fileMeta?.string('MediaStorageSOPInstanceUID')).toBe('2.25.1234')
  })

  test('leaves what an instance lacks empty instead of making it up', async () => {
    const instance = anInstance({ InstanceNumber: undefined, StudyID: undefined })
    const records = await recordsOf(directoryOf([instance]))
    expect(records[3]?.get('InstanceNumber')?.length).toBe(0)
    expect(records[1]?.get('StudyID')?.length).toBe(0)
  })

  test('of no files is one all the same', async () => {
    expect(await treeOf(directoryOf([]))).toEqual([])
  })

  test('takes no File ID that media cannot have', () => {
    const writer = new DirectoryWriter()
    for (const fileID of [[], ['lower'], ['TOOLONGNAME'], ['..'], ['']]) expect(() => { writer.add({ fileID, transferSyntaxUID: ExplicitVRLittleEndian, attributes: {} }) }).toThrow(RangeError)
  })

  test.each([
    ['1.2.840.10008.5.1.4.1.1.2', 'IMAGE'], ['1.2.840.10008.5.1.4.1.1.88.22', 'SR DOCUMENT'], ['1.2.840.10008.5.1.4.1.1.88.59', 'KEY OBJECT DOC'],
    ['1.2.840.10008.5.1.4.1.1.11.1', 'PRESENTATION'], ['1.2.840.10008.5.1.4.1.1.9.1.1', 'WAVEFORM'], ['1.2.840.10008.5.1.4.1.1.104.1', 'ENCAP DOC'],
    ['1.2.840.10008.5.1.4.1.1.481.2', 'RT DOSE'], ['1.2.840.10008.5.1.4.1.1.481.3', 'RT STRUCTURE SET'], ['1.2.840.10008.5.1.4.1.1.481.5', 'RT PLAN'],
    ['1.2.840.10008.5.1.4.1.1.481.4', 'RT TREAT RECORD'], ['1.2.840.10008.5.1.4.1.1.66', 'RAW DATA'], ['1.2.840.10008.5.1.4.1.1.66.1', 'REGISTRATION'], ['1.2.3.4', 'IMAGE'],
  ])('has the record of PS3.3 Table F.4-1 for %s: %s', (SOPClassUID, type) => {
    expect(instanceRecordType(SOPClassUID)).toBe(type)
  })
})

describe.skipIf(!hasProgram('dcmmkdir') || !hasProgram('dcmdump'))('beside the DICOMDIR that DCMTK makes of the same files', () => {
  test('the records are the same, and DCMTK reads ours without complaint', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'isocenter-dicomdir-'))
    try {
      const { instances } = aStudy({ series: 2, instances: 2 })
      const all = [...instances, anInstance({ PatientID: 'P2', StudyInstanceUID: aUID() })]
      mkdirSync(join(folder, 'DICOM'))
      for (const [index, instance] of all.entries()) writeFileSync(join(folder, ...fileIDs(index)), encodeInstance(instance, { transferSyntaxUID: ExplicitVRLittleEndian }))
      execFileSync('dcmmkdir', ['--quiet', '--general-purpose', '--recurse', '--input-directory', folder, '--output-file', join(folder, 'THEIRS'), 'DICOM'])
      writeFileSync(join(folder, 'OURS'), directoryOf(all))
      const [theirs, ours] = await Promise.all(['THEIRS', 'OURS'].map(async (name) => (await recordsOf(readFileSync(join(folder, name)))).map(spoken).sort()))
      expect(ours).toEqual(theirs)
      expect(execFileSync('dcmdump', ['--quiet', '+E', join(folder, 'OURS')]).toString()).not.toMatch(/^[EWF]:/m)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

/** What a record says, its offsets aside. DCMTK leaves out icons and optional keys as we do. */
function spoken(record: DataSet): string {
  const keys = ['DirectoryRecordType', 'PatientName', 'PatientID', 'StudyDate', 'StudyTime', 'StudyID', 'StudyInstanceUID', 'AccessionNumber', 'Modality', 'SeriesInstanceUID', 'SeriesNumber', 'InstanceNumber',
    'ReferencedSOPClassUIDInFile', 'ReferencedSOPInstanceUIDInFile', 'ReferencedTransferSyntaxUIDInFile'] as const
  return JSON.stringify([...keys.map((keyword) => record.string(keyword)), record.strings('ReferencedFileID')])
}

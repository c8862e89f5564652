import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { InstanceReader, type DataSet } from '@isocenter/dicom'
import { hasProgram } from '@isocenter/testkit'
import { describe, expect, test } from 'vitest'
import { sampleStudies } from './index.ts'

async function read(bytes: Uint8Array): Promise<DataSet> {
  const reader = new InstanceReader()
  await reader.write(bytes)
  return (await reader.end()).dataSet
}

test.each(sampleStudies)('$title: as many instances as said, one study, every SOP Instance UID once', async ({ instances, numberOfInstances }) => {
  const studies = new Set<string | undefined>()
  const uids = new Set<string | undefined>()
  for (const { bytes } of instances()) {
    const dataSet = await read(bytes)
    studies.add(dataSet.string('StudyInstanceUID'))
    uids.add(dataSet.string('SOPInstanceUID'))
  }
  expect(studies.size).toBe(1)
  expect(uids.size).toBe(numberOfInstances)
})

test('slices of a CT series are evenly spaced in one frame of reference, so that they make a volume', async () => {
  const positions = new Map<string, number[]>()
  const frames = new Set<string | undefined>()
  for (const { bytes } of sampleStudies[0]?.instances() ?? []) {
    const dataSet = await read(bytes)
    frames.add(dataSet.string('FrameOfReferenceUID'))
    const series = dataSet.string('SeriesInstanceUID') ?? ''
    positions.set(series, [...positions.get(series) ?? [], Number(dataSet.strings('ImagePositionPatient')[2])])
  }
  expect(frames.size).toBe(1)
  expect([...positions.values()].map((all) => new Set(all.slice(1).map((z, index) => Math.round((z - (all[index] ?? 0)) * 1000))))).toEqual([new Set([5000]), new Set([2000])])
})

test('samples made twice are the same bytes', () => {
  const first = (index: number) => sampleStudies[index]?.instances().next().value as { bytes: Uint8Array }
  for (const index of [0, 2]) expect(Buffer.from(first(index).bytes).equals(first(index).bytes)).toBe(true)
})

describe.skipIf(!hasProgram('dciodvfy'))('dciodvfy', () => {
  test.each(sampleStudies)('$title: no error', async ({ instances }) => {
    const folder = await mkdtemp(join(tmpdir(), 'isocenter-samples-'))
    try {
      const file = join(folder, 'sample.dcm')
      await writeFile(file, (instances().next().value as { bytes: Uint8Array }).bytes)
      const { stdout, stderr } = await promisify(execFile)('dciodvfy', [file]).catch((error: { stdout: string; stderr: string }) => error)
      expect(`${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('Error'))).toEqual([])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bytesOf } from './bytes.ts'
import { anInstance } from './instance.ts'
import { kinds, type InstanceKind } from './kinds.ts'
import { people } from './people.ts'
import { hasProgram } from './programs.ts'
import { aStudy } from './study.ts'

const run = promisify(execFile)
const kindNames = Object.keys(kinds) as InstanceKind[]
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isocenter-instances-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('a synthetic instance', () => {
  test('takes attributes by keyword, empties them by null and leaves them out by undefined', () => {
    const instance = anInstance({ ...people.yamada, AccessionNumber: null, StudyDescription: undefined })
    expect(instance['00100010']).toEqual({ vr: 'PN', Value: [{ Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎', Phonetic: 'やまだ^たろう' }] })
    expect(instance['00080050']).toEqual({ vr: 'SH' })
    expect(instance).not.toHaveProperty('00081030')
  })

  test('has pixels that fit the shape it is given', () => {
    const instance = anInstance({ Rows: 3, Columns: 5, NumberOfFrames: 7, BitsAllocated: 8, BitsStored: 8, HighBit: 7 })
    expect(Buffer.from(instance['7FE00010']?.InlineBinary ?? '', 'base64')).toHaveLength(3 * 5 * 7 + 1)
  })

  test('has UIDs of its own', () => {
    expect(anInstance()['00080018']).not.toEqual(anInstance()['00080018'])
  })
})

test('the series and instances of a study hang together', () => {
  const study = aStudy({ ...people.hong, series: [{ kind: 'CT', instances: 3 }, { kind: 'SR', instances: 1 }] })
  expect(study.instances).toHaveLength(4)
  for (const instance of study.instances) expect(instance['0020000D']?.Value).toEqual([study.StudyInstanceUID])
  for (const series of study.series) {
    for (const instance of series.instances) expect(instance['0020000E']?.Value).toEqual([series.SeriesInstanceUID])
  }
  expect(new Set(study.instances.map((instance) => instance['00080018']?.Value?.[0])).size).toBe(4)
})

describe.skipIf(!hasProgram('dciodvfy'))('dciodvfy', () => {
  test.each(kindNames)('finds no error in the IOD of a %s', async (kind) => {
    const path = join(folder, `${kind}.dcm`)
    await writeFile(path, bytesOf(anInstance({ kind })))
    // Findings go to standard error, and so does the exit status of an object with any.
    const findings = await run('dciodvfy', [path]).then(
      ({ stderr }) => stderr,
      (failure: { stderr: string }) => failure.stderr,
    )
    expect(findings.split('\n').filter((line) => line.startsWith('Error'))).toEqual([])
  })
})

describe.skipIf(!hasProgram('dcmdump'))('dcmdump', () => {
  const syntaxes = {
    'Implicit VR Little Endian': '1.2.840.10008.1.2',
    'Explicit VR Little Endian': '1.2.840.10008.1.2.1',
    'Deflated Explicit VR Little Endian': '1.2.840.10008.1.2.1.99',
    'Explicit VR Big Endian': '1.2.840.10008.1.2.2',
    'RLE Lossless': '1.2.840.10008.1.2.5',
  }
  test.each(Object.entries(syntaxes))('reads every image kind in %s', async (name, transferSyntaxUID) => {
    for (const kind of ['CT', 'MR', 'US', 'SC'] as const) {
      const path = join(folder, `${kind}-${name}.dcm`)
      const instance = anInstance({ kind, ...people.ouyang })
      await writeFile(path, bytesOf(instance, { transferSyntaxUID, offsetTable: 'basic' }))
      const { stdout, stderr } = await run('dcmdump', [path])
      expect(stderr).toBe('')
      expect(stdout).toContain('Ouyang^Na=歐陽^娜')
    }
  })
})

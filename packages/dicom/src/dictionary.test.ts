import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { attribute, describeTag, isKeyword, keywordOf, tagOf } from './dictionary.ts'
import { attributesByKeyword } from './dictionary.generated.ts'

test('knows attributes by tag and by keyword', () => {
  expect(attribute('StudyInstanceUID')).toEqual({ tag: 0x0020_000d, keyword: 'StudyInstanceUID', vr: ['UI'], vm: '1', retired: false })
  expect(attribute(0x0020_000d)).toEqual(attribute('StudyInstanceUID'))
  expect(tagOf('PixelData')).toBe(0x7fe0_0010)
  expect(keywordOf(0x0010_0020)).toBe('PatientID')
  expect(describeTag(0x0010_0020)).toBe('00100020 PatientID')
  expect(describeTag(0x0029_1010)).toBe('00291010')
})

test('keeps the choice where the data decide the VR', () => {
  expect(attribute('SmallestImagePixelValue')?.vr).toEqual(['US', 'SS'])
  expect(attribute('PixelData')?.vr).toEqual(['OB', 'OW'])
  expect(attribute('LUTData')?.vr).toEqual(['US', 'OW'])
  expect(attribute('Item')?.vr).toEqual([])
})

test('finds repeating groups under each of their tags', () => {
  expect(attribute(0x6000_3000)?.keyword).toBe('OverlayData')
  expect(attribute(0x6002_3000)).toMatchObject({ keyword: 'OverlayData', tag: 0x6002_3000 })
  expect(attribute(0x501e_3000)).toMatchObject({ keyword: 'CurveData', retired: true })
  expect(tagOf('OverlayRows')).toBe(0x6000_0010)
})

test('has nothing for private tags, not even of an odd repeating group', () => {
  expect(attribute(0x6001_3000)).toBeUndefined()
  expect(attribute(0x0029_1010)).toBeUndefined()
})

test('tells keywords from other words', () => {
  expect(isKeyword('PatientName')).toBe(true)
  for (const text of ['patientName', 'StudyUID', '__proto__', 'constructor', '']) expect(isKeyword(text)).toBe(false)
})

describe('generated files', () => {
  test('are what the script makes', async () => {
    const { dictionaryText, uidsText } = await import('../scripts/build-dictionary.ts')
    expect(readFileSync(new URL('./dictionary.generated.ts', import.meta.url), 'utf8')).toBe(dictionaryText())
    expect(readFileSync(new URL('./uids.generated.ts', import.meta.url), 'utf8')).toBe(uidsText())
  })

  const python = ['/usr/bin/python3', '/usr/local/bin/python3'].find(hasPydicom)
  test.skipIf(!python)('agree with pydicom on tag, VR, multiplicity, keyword and retirement', () => {
    const script = fileURLToPath(new URL('../scripts/print-pydicom-dictionary.py', import.meta.url))
    const theirs = JSON.parse(execFileSync(python!, [script], { encoding: 'utf8', maxBuffer: 1 << 26 })) as Record<string, [string, string, string, boolean]>
    const ours = new Map(Object.entries(attributesByKeyword).map(([keyword, row]) => {
      const [pattern = '', vr = '', vm = '', retired] = row.split(' ')
      return [pattern, [keyword, vr, vm, retired === 'R']]
    }))
    const different = Object.entries(theirs).filter(([pattern, row]) => JSON.stringify(ours.get(pattern)) !== JSON.stringify(row))
    expect(different).toEqual([])
    expect(Object.keys(theirs).length).toBeGreaterThan(4800)
  })

  const dcmtk = ['/usr/share/libdcmtk17/dicom.dic', '/usr/share/dcmtk/dicom.dic'].find((path) => existsSync(path))
  test.skipIf(!dcmtk)('agree with DCMTK on the VR of every keyword both know', () => {
    const choices: Record<string, string> = { xs: 'US|SS', ox: 'OB|OW', px: 'OB|OW', lt: 'US|SS|OW', up: 'UL', na: '' }
    const different: string[] = []
    let compared = 0
    for (const line of readFileSync(dcmtk!, 'latin1').split('\n')) {
      const [, tag = '', vr = '', keyword = ''] = /^\(([0-9A-Fa-f]{4},[0-9A-Fa-f]{4})\)\t(\S+)\t(\S+)/.exec(line) ?? []
      if (!isKeyword(keyword)) continue
      compared++
      const row = attribute(keyword)!
      const theirs = (choices[vr] ?? vr).split('|')
      if (row.tag !== Number.parseInt(tag.replace(',', ''), 16) || !row.vr.every((ours) => theirs.includes(ours))) different.push(`${keyword} ${vr} ${row.vr.join('|')}`)
    }
    expect(compared).toBeGreaterThan(4400)
    expect(different).toEqual([])
  })
})

function hasPydicom(python: string): boolean {
  if (!existsSync(python)) return false
  try {
    execFileSync(python, ['-c', 'import pydicom'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

import { keywordOf, parseTag, readInstance, writeDicomJson, type DicomJson } from '@isocenter/dicom'
import { sharedDicom } from '@isocenter/testkit/instances'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { enhancedMr, type FrameAt } from './enhanced.fixture.ts'
import { itemsOf, type Naturalized } from './src/ohif/extension/objects/kinds.ts'
import { followMissingSlices, sliceGapOf } from './src/ohif/extension/objects/missing-slices.ts'
import type { Services } from './src/ohif/extension/ohif.ts'
import { areBesideImages } from './src/ohif/extension/objects/structures.ts'

/** Slices 3 mm apart, by number. */
const slices = (numbers: readonly number[], more: Omit<FrameAt, 'z'> = {}): FrameAt[] => numbers.map((number) => ({ z: number * 3, ...more }))
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
const gapOf = (frames: readonly FrameAt[], more: object = {}) => sliceGapOf({ ...enhancedMr(frames), ...more })

describe('of an enhanced multi-frame image', () => {
  test.each<readonly [string, readonly FrameAt[], ReturnType<typeof gapOf>]>([
    ['slices that follow each other', slices(upTo(8)), undefined],
    ['slices of which one is not there', slices([0, 1, 2, 4, 5]), 'missing'],
    ['slices of which three in a row are not there', slices([0, 1, 2, 6, 7]), 'missing'],
    ['slices without the last ones, which nothing tells of', slices([0, 1, 2]), undefined],
    ['slices at uneven distances', [0, 3, 6, 10.2, 13.2].map((z) => ({ z })), 'irregular'],
    ['two frames', slices([0, 5]), undefined],
    ['three moments', upTo(3).flatMap((time) => slices(upTo(6), { time: time + 1 })), undefined],
    ['three moments, each moved by a little', upTo(3).flatMap((time) => upTo(6).map((number) => ({ z: number * 3 + time * 0.2, time: time + 1 }))), undefined],
    ['three moments, of one of which a slice is not there', [1, 2, 3].flatMap((time) => slices(time === 2 ? [0, 1, 3, 4, 5] : upTo(6), { time })), 'missing'],
    ['two moments, of each of which another slice is not there', [1, 2].flatMap((time) => slices(upTo(6).filter((number) => number !== time + 1), { time })), 'missing'],
    ['three moments, of the last of which only some first slices were made', [1, 2, 3].flatMap((time) => slices(upTo(time === 3 ? 2 : 6), { time })), undefined],
    ['phases told apart by a dimension alone', [1, 2, 3, 4].flatMap((phase) => slices(upTo(5), { phase })), undefined],
    ['phases told apart by nothing', [...slices(upTo(5)), ...slices(upTo(5))], undefined],
    ['a dimension that counts as slices do', upTo(6).map((number) => ({ z: number * 3, phase: number + 1 })), undefined],
    ['a dimension that counts as slices do, one of which is not there', [0, 1, 3, 4, 5].map((number) => ({ z: number * 3, phase: number + 1 })), 'missing'],
    ['odd slices, then even ones', [...slices([1, 3, 5, 7], { phase: 1 }), ...slices([0, 2, 4, 6], { phase: 2 })], undefined],
    ['two stacks far from each other', [...slices(upTo(4), { stack: '1' }), ...slices([40, 41, 42, 43], { stack: '2' })], undefined],
    ['two stacks, of the second of which a slice is not there', [...slices(upTo(4), { stack: '1' }), ...slices([40, 41, 43, 44], { stack: '2' })], 'missing'],
    ['three directions', [[1, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, -1], [0, 1, 0, 0, 0, -1]].map((orientation) => ({ z: 0, orientation })), undefined],
  ])('%s', (_, frames, gap) => { expect(gapOf(frames)).toBe(gap) })

  test('that is a scout, of another modality, or does not say where its frames lie, nothing is asked', () => {
    const lacking = slices([0, 1, 3, 4])
    expect([gapOf(lacking), gapOf(lacking, { ImageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER', 'NONE'] }), gapOf(lacking, { Modality: 'XA' }), gapOf(lacking, { SharedFunctionalGroupsSequence: [] }), gapOf(lacking, { PerFrameFunctionalGroupsSequence: [{}, {}, {}, {}] })])
      .toEqual(['missing', undefined, undefined, undefined, undefined])
    expect(sliceGapOf({ Modality: 'CT', ImagePositionPatient: [0, 0, 0] })).toBeUndefined()
  })

  test('slices that are missing are said, and the image is not cut in other planes; a whole one stays as it is', () => {
    const shown = [slices([0, 1, 3, 4]), slices(upTo(5))].map((frames, index) => {
      const said: number[] = []
      return { displaySetInstanceUID: String(index), StudyInstanceUID: '1', instances: [enhancedMr(frames)], isReconstructable: true, countIcon: 'icon-mpr', messages: { addMessage: (code: number) => { said.push(code) } }, said }
    })
    const added: (() => void)[] = []
    followMissingSlices({ displaySetService: { EVENTS: { DISPLAY_SETS_ADDED: 'added' }, subscribe: (_: string, listener: () => void) => { added.push(listener) }, getActiveDisplaySets: () => shown } } as unknown as Services)
    // OHIF tells of each series by itself.
    for (const tell of [...added, ...added]) tell()
    expect(shown.map(({ isReconstructable, countIcon, said }) => ({ isReconstructable, countIcon, said }))).toEqual([{ isReconstructable: false, countIcon: undefined, said: [7, 3] }, { isReconstructable: true, countIcon: 'icon-mpr', said: [] }])
  })

  test('any one inner slice of any volume is missed, in whatever order frames come; whole volumes are not', () => {
    fc.assert(fc.property(fc.integer({ min: 4, max: 9 }), fc.integer({ min: 1, max: 4 }), fc.nat(), fc.nat(), fc.infiniteStream(fc.nat()), (count, times, at, of, order) => {
      const whole = upTo(times).flatMap((time) => slices(upTo(count), { time: time + 1 }))
      const shuffled = (frames: readonly FrameAt[]) => frames.map((frame) => ({ frame, key: order.next().value ?? 0 })).sort((one, other) => one.key - other.key).map(({ frame }) => frame)
      expect(gapOf(shuffled(whole))).toBeUndefined()
      const lost = (of % times) * count + 1 + (at % (count - 2))
      expect(gapOf(shuffled(whole.filter((_, index) => index !== lost)))).toBe('missing')
    }))
  })

  test('contours upon a slice that is not there lie beside its frames', () => {
    const at = (z: number) => ({ ROIContours: [{ contourPoints: [{ type: 'CLOSED_PLANAR', points: [{ x: 5, y: 5, z }] }] }] })
    const images = { instances: [enhancedMr([1, 2].flatMap((time) => slices([0, 1, 3, 4], { time })))] }
    expect([0, 3, 6, 9, 12].map((z) => areBesideImages(at(z), images))).toEqual([false, false, true, false, false])
  })

  describe.skipIf(sharedDicom() === undefined)('as scanners make them', () => {
    // One plane at 19 moments; two slices of a CT; the others stacks.
    const files = [['MOVEKNEE.dcm', undefined], ['eCT_Supplemental.dcm', undefined], ['cine-test.dcm', 'missing'], ['agfa-private-tags/Agfa/011-0001.img.dcm', 'missing'], ['agfa-private-tags/Siemens/011-0004.img.dcm', 'missing']] as const
    test.each(files)('%s lacks no slice; without its fifth frame: %s', async (name, gap) => {
      const { dataSet } = await readInstance(readFileSync(join(sharedDicom() ?? '', 'enhanced', name)))
      const image = naturalized(JSON.parse(writeDicomJson(dataSet)) as DicomJson)
      expect([sliceGapOf(image), sliceGapOf({ ...image, PerFrameFunctionalGroupsSequence: itemsOf(image['PerFrameFunctionalGroupsSequence']).toSpliced(4, 1) })]).toEqual([undefined, gap])
    })
  })
})

/** As OHIF gives it: by keyword, one value without its list. */
function naturalized(json: DicomJson): Naturalized {
  return Object.fromEntries(Object.entries(json).flatMap(([tag, { vr, Value: values = [] }]) => {
    const keyword = keywordOf(parseTag(tag) ?? 0)
    if (keyword === undefined) return []
    const list: readonly unknown[] = vr === 'SQ' ? values.map((item) => naturalized(item as DicomJson)) : values
    return [[keyword, list.length === 1 && vr !== 'SQ' ? list[0] : list]]
  }))
}

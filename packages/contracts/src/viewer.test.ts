import { expect, test } from 'vitest'
import { marked, saidByViewer, viewerFrameAddress } from './viewer.ts'

test("the frame's address names the studies and whose they are, and lays several side by side", () => {
  expect(viewerFrameAddress({ StudyInstanceUIDs: ['1.2'], of: { organisationId: '7' } })).toBe('/viewer/viewer?StudyInstanceUIDs=1.2&o=7')
  expect(viewerFrameAddress({ StudyInstanceUIDs: ['1.2', '1.3'], of: { organisationId: '7' } })).toBe('/viewer/viewer?StudyInstanceUIDs=1.2%2C1.3&o=7&hangingprotocolId=%40isocenter%2Fcompare-2')
  expect(viewerFrameAddress({ StudyInstanceUIDs: ['1.2'], of: { shareLinkId: 'AbCd_-0123456789' }, protocol: 'mpr' })).toBe('/viewer/viewer?StudyInstanceUIDs=1.2&s=AbCd_-0123456789&hangingprotocolId=mpr')
  expect(viewerFrameAddress({ StudyInstanceUIDs: ['1.2'], of: { organisationId: '7' }, isSimple: true })).toBe('/viewer/viewer?StudyInstanceUIDs=1.2&o=7&simple=1')
})

test('more than five are not asked for', () => {
  expect(viewerFrameAddress({ StudyInstanceUIDs: ['1', '2', '3', '4', '5', '6'], of: { organisationId: '7' } })).toContain('StudyInstanceUIDs=1%2C2%2C3%2C4%2C5&o=7&hangingprotocolId=%40isocenter%2Fcompare-5')
})

test('only the viewer of this frame is heard, and only from this origin', () => {
  const [origin, viewer] = ['http://here', {}]
  const data = marked({ kind: 'ready' })
  expect(saidByViewer({ origin, source: viewer, data }, { contentWindow: viewer }, origin)).toEqual({ kind: 'ready' })
  expect(saidByViewer({ origin: 'http://elsewhere', source: viewer, data }, { contentWindow: viewer }, origin)).toBeUndefined()
  expect(saidByViewer({ origin, source: {}, data }, { contentWindow: viewer }, origin)).toBeUndefined()
  expect(saidByViewer({ origin, source: null, data }, { contentWindow: null }, origin)).toBeUndefined()
  expect(saidByViewer({ origin, source: viewer, data: { kind: 'ready' } }, { contentWindow: viewer }, origin)).toBeUndefined()
})

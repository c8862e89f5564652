import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderedJson } from './ordered-json.ts'

test('tags of decimal digits do not come before the others, in items neither', () => {
  const item = { '30060020': { vr: 'SQ', Value: [{ '40100010': { vr: 'US' }, '00080005': { vr: 'CS' } }] }, '00080018': { vr: 'UI' } }
  expect(orderedJson(item)).toBe('{"00080018":{"vr":"UI"},"30060020":{"vr":"SQ","Value":[{"00080005":{"vr":"CS"},"40100010":{"vr":"US"}}]}}')
})

test('the text means what the value means', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    expect(JSON.parse(orderedJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
  }))
})

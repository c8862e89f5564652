import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { chinese } from './chinese.ts'
import { createPatcher } from './patches.ts'

/** The release's function around the line that is changed, as far as it decides whether to ask. */
const question = `(type, displaySet, standardMode) => {
  const HydrationType = { SEG: 'SEG', SR: 'SR', RTSTRUCT: 'RTSTRUCT' };
  const appConfig = undefined;
  let answer = 'without a question';
  const resolve = () => { answer = 'left out'; };
  (() => {
    const shouldPrompt = type === HydrationType.SR ? standardMode : !appConfig?.disableConfirmationPrompts;
    if (shouldPrompt) answer = 'asked';
  })();
  return answer;
}`

test('the release keeps its Chinese words, and has those it lacks', () => {
  const release = "const zh = { zh: { Common: { Save: '保存' } } }; ({\n  ...{ de: {} },\n  ...zh,\n})"
  const { zh } = runInNewContext(createPatcher('/').patched('app.bundle.0.js', release)) as { readonly zh: typeof chinese & { readonly Common: { readonly Save: string } } }
  expect([zh.Common.Save, zh.Common.Foreground, zh.Messages['7']]).toEqual(['保存', chinese.Common.Foreground, chinese.Messages['7']])
})

describe('what is opened upon images', () => {
  const stays = runInNewContext(createPatcher('/').patched('89.bundle.0.js', question)) as (type: string, displaySet: object, standardMode: boolean) => string

  test.each([
    ['a segmentation stays', 'SEG', { firstSegmentedSliceImageId: 'wadors:1' }, 'without a question'],
    ['a segmentation of which nothing lies upon them does not', 'SEG', { firstSegmentedSliceImageId: null }, 'left out'],
    ['a structure set stays', 'RTSTRUCT', { firstSegmentedSliceImageId: 'wadors:1' }, 'without a question'],
    ['a structure set whose contours name no images stays, too', 'RTSTRUCT', { firstSegmentedSliceImageId: null }, 'without a question'],
    ['measurements are asked about', 'SR', {}, 'asked'],
  ])('%s', (_, type, displaySet, answer) => {
    expect(stays(type, displaySet, true)).toBe(answer)
  })
})

import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
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

import { expect, test } from 'vitest'
import { searchWarnings } from './response.ts'

const service = 'https://pacs.example/dicom-web'
const nothing = { remaining: 0, isRemainingExact: true, unsupported: [], unfilled: [] }

test('144 how many results remain is said as PS3.18 words it, and as a least number where counting stopped', () => {
  expect(searchWarnings(service, nothing, [])).toEqual([])
  expect(searchWarnings(service, { ...nothing, remaining: 7 }, [])).toEqual([`299 ${service}: There are 7 additional results that can be requested`])
  expect(searchWarnings(service, { ...nothing, remaining: 1000, isRemainingExact: false }, [])).toEqual([`299 ${service}: There are at least 1000 additional results that can be requested`])
})

test('what did not narrow the search is named, each kind in a warning of its own', () => {
  expect(searchWarnings(service, { ...nothing, unsupported: ['Rows'] }, ['colour', 'size'])).toEqual([
    `299 ${service}: The following attributes are not supported for matching and have been ignored: Rows`,
    `299 ${service}: The following query parameters are not supported and have been ignored: colour, size`,
  ])
})

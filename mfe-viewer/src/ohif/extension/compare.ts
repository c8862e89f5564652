/**
 * Hanging protocols that put up to five studies side by side, one a pane, scrolled together where they lie in one space. Each pane names
 * its patient (see patient-banner.ts), for the studies may be of several.
 */

import { compareProtocolOf, maxStudiesTogether } from '@isocenter/contracts/viewer'

const seriesOf = (studyIndex: number) => ({
  studyMatchingRules: [{ attribute: 'studyInstanceUIDsIndex', from: 'options', required: true, constraint: { equals: { value: studyIndex } } }],
  seriesMatchingRules: [
    { weight: 10, attribute: 'numImageFrames', constraint: { greaterThan: { value: 0 } } },
    { weight: 20, attribute: 'isDisplaySetFromUrl', constraint: { equals: true } },
  ],
})

const pane = (id: string) => ({
  viewportOptions: {
    viewportId: id, viewportType: 'stack', toolGroupId: 'default', allowUnmatchedView: true, initialImageOptions: { preset: 'middle' },
    syncGroups: [{ type: 'imageSlice', id: 'isocenter-slice', source: true, target: true }],
  },
  displaySets: [{ id }],
})

/** Columns of the grid; the panes fill it row by row. */
const columnsOf = (panes: number) => (panes <= 3 ? panes : Math.ceil(panes / 2))

/** One protocol for each number of studies from two to five. */
export const compareProtocols = Array.from({ length: maxStudiesTogether - 1 }, (_, index) => index + 2).map((studies) => {
  const ids = Array.from({ length: studies }, (_, index) => `study-${index + 1}`)
  const id = compareProtocolOf(studies)
  return {
    name: id,
    protocol: {
      id, name: `Compare ${studies} studies`, locked: true, numberOfPriorsReferenced: studies - 1, protocolMatchingRules: [], toolGroupIds: ['default'],
      displaySetSelectors: Object.fromEntries(ids.map((one, index) => [one, seriesOf(index)])),
      stages: [{
        name: `${studies}`,
        viewportStructure: { layoutType: 'grid', properties: { rows: Math.ceil(studies / columnsOf(studies)), columns: columnsOf(studies) } },
        viewports: ids.map(pane),
      }],
    },
  }
})

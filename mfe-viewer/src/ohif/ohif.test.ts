import { expect, test } from 'vitest'
import { compareProtocols } from './extension/compare.ts'
import { writtenName } from './extension/patient-banner.ts'
import { dicomwebRootOf } from './root.ts'

test("the viewer asks the organisation's service, and nobody where the address names none", () => {
  expect(dicomwebRootOf('?o=12&StudyInstanceUIDs=1.2')).toBe('/o/12/dicom-web')
  for (const search of ['', '?o=', '?o=../api', '?o=0', '?o=//evil.example', '?root=https://evil.example']) expect(dicomwebRootOf(search)).toBeUndefined()
})

test.each([
  [{ Alphabetic: 'Li^Na', Ideographic: '李^娜' }, '李娜'],
  [[{ Alphabetic: 'Müller^Annegret^^Dr.' }], 'Müller Annegret Dr.'],
  ['Doe^John', 'Doe John'],
  ['欧阳^修', '欧阳修'],
  [undefined, ''],
  [{}, ''],
])('%j is written %s', (name, written) => {
  expect(writtenName(name)).toBe(written)
})

test('two to five studies have as many panes, and a grid that holds them', () => {
  expect(compareProtocols.map(({ protocol: { stages: [stage] } }) => {
    const { rows, columns } = stage?.viewportStructure.properties ?? { rows: 0, columns: 0 }
    return [stage?.viewports.length, rows * columns >= (stage?.viewports.length ?? 99)]
  })).toEqual([[2, true], [3, true], [4, true], [5, true]])
})

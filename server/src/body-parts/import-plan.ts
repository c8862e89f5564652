/** What comes of a spreadsheet of parts: decided row by row, before anything is written. */
import { partColumns, type PartCategory, type PartColumn, type PartImport, type PartRowProblem } from '@isocenter/contracts'
import { columnOfHeading } from './part-columns.ts'
import { UnreadableSheetError, type SheetRow } from './read-sheet.ts'

/** What is there before the import. */
export interface PlanBasis {
  readonly categories: readonly PartCategory[]
  /** Names of all tags. */
  readonly tags: readonly string[]
  /** Codes of the types of devices, with what the hospital calls them. */
  readonly deviceTypes: readonly { readonly code: string; readonly name?: string | undefined }[]
}

export interface PlannedPart {
  readonly deviceType: string
  readonly category: string
  readonly name: string
  readonly partCount: number
  readonly tags: readonly string[]
  /** The part that is there already. */
  readonly partId: string | undefined
}

export interface ImportPlan {
  readonly created: readonly PlannedPart[]
  readonly changed: readonly PlannedPart[]
  readonly unchanged: number
  readonly newCategories: PartImport['newCategories']
  readonly newTags: readonly string[]
  readonly errors: PartImport['errors']
  readonly isCut: boolean
}

const longestName = 60
const mostTags = 20
/** More errors are not told: whoever mends so many uploads again anyway. */
const mostErrors = 500

const alike = (text: string): string => text.toLowerCase()
const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts.map(alike))

/**
 * Rows against what is there: merged by type of devices, category and name, letters large and small alike. What the spreadsheet leaves out stays.
 * @throws UnreadableSheetError where a heading is missing or there are no rows
 */
export function planImport([headings, ...rows]: readonly SheetRow[], basis: PlanBasis): ImportPlan {
  const places = new Map<PartColumn, number>()
  headings?.cells.forEach((heading, place) => {
    const column = columnOfHeading(heading)
    if (column !== undefined && !places.has(column)) places.set(column, place)
  })
  if (!partColumns.every((column) => places.has(column))) throw new UnreadableSheetError('headings')
  if (rows.length === 0) throw new UnreadableSheetError('noRows')

  const deviceTypes = new Map(basis.deviceTypes.flatMap(({ code, name }) => [...(name === undefined ? [] : [[alike(name), code] as const]), [alike(code), code] as const]))
  const categories = new Map(basis.categories.map((category) => [keyOf(category.deviceType, category.name), category.name]))
  const tags = new Map(basis.tags.map((name) => [alike(name), name]))
  const there = new Map(basis.categories.flatMap((category) => category.parts.map((part) => [keyOf(category.deviceType, category.name, part.name), part] as const)))
  const seen = new Set<string>()
  const [created, changed]: [PlannedPart[], PlannedPart[]] = [[], []]
  const newCategories: { deviceType: string; name: string }[] = []
  const newTags: string[] = []
  const errors: PartImport['errors'] = []
  let unchanged = 0

  for (const { number, cells } of rows) {
    const before = errors.length
    const cell = (column: PartColumn) => cells[places.get(column) ?? -1]?.trim() ?? ''
    const refuse = (column: PartColumn, problem: PartRowProblem) => { errors.push({ row: number, column, problem, value: cell(column).slice(0, 200) }) }
    for (const column of partColumns) if (/^#(REF!|N\/A|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!)$/.test(cell(column))) refuse(column, 'formulaError')
    if (errors.length > before) continue

    const deviceType = deviceTypes.get(alike(cell('deviceType')))
    if (cell('deviceType') === '') refuse('deviceType', 'missing')
    else if (deviceType === undefined) refuse('deviceType', 'unknownDeviceType')
    for (const column of ['category', 'name'] as const) {
      if (cell(column) === '') refuse(column, 'missing')
      else if (cell(column).length > longestName || /[\u0000-\u001f]/.test(cell(column))) refuse(column, 'tooLong')
    }
    // A number as spreadsheets write it: 2 or 2.0, never 1e1.
    const partCount = /^\d{1,2}(\.0+)?$/.test(cell('partCount')) ? Number(cell('partCount')) : 0
    if (cell('partCount') === '') refuse('partCount', 'missing')
    else if (partCount < 1) refuse('partCount', 'badPartCount')
    const named = [...new Map(cell('tags').split(/[;；]/).map((name) => name.trim()).filter((name) => name !== '').map((name) => [alike(name), name])).values()]
    if (named.length > mostTags) refuse('tags', 'tooManyTags')
    else if (named.some((name) => name.length > longestName || /[\u0000-\u001f]/.test(name))) refuse('tags', 'badTag')
    const key = keyOf(deviceType ?? '', cell('category'), cell('name'))
    if (errors.length === before && seen.has(key)) refuse('name', 'repeated')
    seen.add(key)
    if (errors.length > before || deviceType === undefined) continue

    const category = categories.get(keyOf(deviceType, cell('category')))
    if (category === undefined) {
      categories.set(keyOf(deviceType, cell('category')), cell('category'))
      newCategories.push({ deviceType, name: cell('category') })
    }
    for (const name of named) {
      if (tags.has(alike(name))) continue
      tags.set(alike(name), name)
      newTags.push(name)
    }
    const part = there.get(key)
    const planned: PlannedPart = { deviceType, category: category ?? cell('category'), name: cell('name'), partCount, tags: named.map((name) => tags.get(alike(name)) ?? name), partId: part?.partId }
    if (part === undefined) created.push(planned)
    else if (part.partCount === partCount && part.name === planned.name && sameNames(part.tags.map(({ name }) => name), planned.tags)) unchanged += 1
    else changed.push(planned)
  }
  return { created, changed, unchanged, newCategories, newTags, errors: errors.slice(0, mostErrors), isCut: errors.length > mostErrors }
}

const sameNames = (one: readonly string[], other: readonly string[]): boolean => one.length === other.length && one.every((name) => other.includes(name))

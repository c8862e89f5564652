/** The columns of the spreadsheet, by which it is written and read again (PART-06, PART-07). */
import { partColumns, type BodyPart, type ExportLanguage, type PartCategory, type PartColumn } from '@isocenter/contracts'
import type { ExportColumn } from '../exports/index.ts'

export interface ExportedPart {
  readonly category: PartCategory
  readonly part: BodyPart
}

const labels: Readonly<Record<PartColumn, Readonly<Record<ExportLanguage, string>>>> = {
  deviceType: { 'zh-CN': '设备类型', en: 'Device type' }, category: { 'zh-CN': '部位分类', en: 'Part category' }, name: { 'zh-CN': '部位名称', en: 'Part name' },
  tags: { 'zh-CN': '标签', en: 'Tags' }, partCount: { 'zh-CN': '部位数', en: 'Part count' },
}

const values: Readonly<Record<PartColumn, (exported: ExportedPart) => string | number>> = {
  deviceType: ({ category }) => category.deviceType, category: ({ category }) => category.name, name: ({ part }) => part.name,
  tags: ({ part }) => part.tags.map(({ name }) => name).join('; '), partCount: ({ part }) => part.partCount,
}

export const exportColumns: readonly ExportColumn<ExportedPart>[] = partColumns.map((key) => ({ key, label: labels[key], value: values[key], isUsual: true }))

/** The column of a heading, in whichever language it was written. */
export const columnOfHeading = (heading: string): PartColumn | undefined =>
  partColumns.find((column) => Object.values(labels[column]).some((label) => label.toLowerCase() === heading.trim().toLowerCase()))

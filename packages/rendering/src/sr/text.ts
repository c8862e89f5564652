/** A structured report as plain text (PS3.18 §8.7.4). */
import { describeReference, type ContentNode, type ReportContent } from './content-tree.ts'

/** Sections as headings underlined, everything else a line each, indented by level. */
export function reportText({ title, header, root }: ReportContent): string {
  const lines = [title, '='.repeat(title.length), '', ...header.map(([label, value]) => `${label}: ${oneLine(value)}`)]
  writeChildren(root, 0, lines)
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

function writeChildren({ children }: ContentNode, depth: number, lines: string[]): void {
  const indent = '  '.repeat(depth)
  for (const child of children) {
    if (child.valueType === 'CONTAINER' && child.relationship === 'CONTAINS') {
      if (child.name !== undefined) lines.push('', indent + oneLine(child.name), indent + '-'.repeat(oneLine(child.name).length))
      writeChildren(child, depth + 1, lines)
      continue
    }
    lines.push(...leafLines(child, indent))
    writeChildren(child, depth + 1, lines)
  }
}

function leafLines({ name, value, relationship, reference }: ContentNode, indent: string): string[] {
  const relation = relationship === undefined || relationship === 'CONTAINS' ? '' : `(${relationship.toLowerCase()}) `
  const shown = [value, reference && `${describeReference(reference)} (${reference.SOPInstanceUID})`].filter((part) => part).join(' ')
  const [first = '', ...rest] = shown.split(/\r\n|\r|\n/)
  const label = name === undefined ? '' : `${oneLine(name)}: `
  return [`${indent}- ${relation}${label}${plain(first)}`, ...rest.map((line) => `${indent}  ${plain(line)}`)]
}

const oneLine = (text: string) => plain(text.replace(/\s+/g, ' '))
/** Terminals obey control characters. */
const plain = (text: string) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')

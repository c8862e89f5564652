/**
 * Writes src/deidentify/profile.generated.ts: PS3.15 Table E.1-1 by keyword, so that it reads as the standard prints it.
 * Run: node packages/dicom/scripts/build-confidentiality-profile.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { keywordOf, parseTag } from '../src/index.ts'

const lines = readFileSync(new URL('ps3-15-table-e-1-1.txt', import.meta.url), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
const rows = lines.flatMap((line) => {
  const [action = '', ...tags] = line.split(' ')
  return tags.map((tag) => ({ action, tag, keyword: keywordOf(parseTag(tag.replaceAll('x', '0')) ?? 0) ?? '' }))
}).sort((a, b) => (a.tag < b.tag ? -1 : 1))

writeFileSync(new URL('../src/deidentify/profile.generated.ts', import.meta.url), `// Made by: node packages/dicom/scripts/build-confidentiality-profile.ts (do not edit)
/** PS3.15 (2024b) Table E.1-1, Basic Application Level Confidentiality Profile: tag (x: any digit), action, keyword. */
export const basicProfile = [
${rows.map(({ action, tag, keyword }) => `  ['${tag}', '${action}', '${keyword}'],`).join('\n')}
] as const
`)

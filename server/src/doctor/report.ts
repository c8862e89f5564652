/** A diagnosis for people. */
import type { Diagnosis } from './index.ts'
import { findingKinds, type Example, type Finding } from './findings.ts'

const remedies = {
  mend: 'To mend: npm run doctor -- --mend',
  recover: 'To store them: npm run doctor -- --mend --recover',
  none: undefined,
} as const

/** The text `npm run doctor` prints. */
export function report({ examined, findings, isHealthy }: Diagnosis): string {
  const { studies, series, instances, formerVersions, blobs, blobBytes, readWhole } = examined
  const lookedAt = [
    `${number(studies)} studies`, `${number(series)} series`, `${number(instances)} instances`,
    ...(formerVersions > 0 ? [`${number(formerVersions)} former versions`] : []),
    `${number(blobs)} blobs (${sizeOf(blobBytes)}${readWhole > 0 ? `, ${number(readWhole)} read whole` : ''})`,
  ].join(', ')
  const verdict = isHealthy ? '✓ Database, blobs and catalogue fit together.' : '✗ Not all is well: see above.'
  return [`Looked at ${lookedAt}.`, ...findings.map(paragraph), verdict].join('\n\n')
}

const number = (value: number): string => value.toLocaleString('en')

function paragraph({ kind, found, mended, examples }: Finding): string {
  const { title, advice, remedy } = findingKinds[kind]
  const remaining = found - mended
  const outcome = mended === 0 ? '' : remaining === 0 ? ', mended' : `, ${number(mended)} of them mended`
  const more = found > examples.length ? [`    … and ${number(found - examples.length)} more`] : []
  const advised = [advice, ...(remaining > 0 && remedies[remedy] !== undefined ? [remedies[remedy]] : [])]
  return [
    `${remaining === 0 ? '✓' : '✗'} ${title}: ${number(found)}${outcome}`,
    ...advised.map((line) => `  ${line}`),
    ...examples.map((example) => `    ${lineOf(example)}`),
    ...(kind === 'unfinishedWrites' ? [] : more),
  ].join('\n')
}

const lineOf = (example: Example): string => Object.entries(example).map(([name, value]) => `${name} ${value}`).join('  ')

function sizeOf(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB']
  const power = Math.min(units.length - 1, bytes === 0 ? 0 : Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ''}`
}

import { must } from '../expect.ts'

/** DICOM JSON Model (PS3.18 Annex F), as little as the suite needs of it. */
export interface Attribute {
  readonly vr: string
  readonly Value?: readonly unknown[]
  readonly BulkDataURI?: string
  readonly InlineBinary?: string
}
export type DicomJson = Readonly<Record<string, Attribute>>

/** One attribute by tag. */
export const attribute = (dataSet: DicomJson, tag: string): Attribute | undefined => dataSet[tag]

/** String values of an attribute; other values are left out. */
export const strings = (dataSet: DicomJson, tag: string): string[] => (attribute(dataSet, tag)?.Value ?? []).filter((value) => typeof value === 'string')

/** First value of an attribute. */
export const first = (dataSet: DicomJson, tag: string): unknown => attribute(dataSet, tag)?.Value?.[0]

/** The Alphabetic group of the first person name. */
export const alphabetic = (dataSet: DicomJson, tag: string): string | undefined => (first(dataSet, tag) as { Alphabetic?: string } | undefined)?.Alphabetic

/** An answer's array of data sets. @throws Error when it is anything else */
export function dataSets(value: unknown): readonly DicomJson[] {
  must(Array.isArray(value), 'the body is not a JSON array')
  return value as DicomJson[]
}

/** Every data set of an answer and of the sequences in it. */
export function* everyDataSet(sets: readonly DicomJson[]): Generator<DicomJson> {
  for (const set of sets) {
    yield set
    for (const { vr, Value } of Object.values(set)) if (vr === 'SQ') yield* everyDataSet((Value ?? []) as DicomJson[])
  }
}

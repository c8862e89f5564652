import { DicomReadError, InstanceReader, type DataSet, type DicomReadErrorCode, type Keyword } from '@isocenter/dicom'
import { createHash } from 'node:crypto'
import { ObjectMismatch } from './errors.ts'
import type { Identity, SpooledObject } from './spooled-object.ts'

/** What is taken out of a data set; all of it is short, so nothing longer is kept in memory. */
const limits = { maxKeptValueBytes: 1024, maxKeptBytes: 16 * 1024 ** 2, maxInflatedBytes: 64 * 1024 ** 3 }

/** What an object's own bytes say of it. */
export type DataSetSummary = Pick<SpooledObject,
  'StudyInstanceUID' | 'SeriesInstanceUID' | 'Modality' | 'PatientID' | 'PatientName' | 'StudyDescription' | 'AccessionNumber' | 'StudyDate' | 'unreadable' | 'dataSetSha256'>

/** Takes a data set as it passes: what it says of itself and its digest, in one go. */
export class DataSetSummariser {
  readonly #identity: Identity
  readonly #hash = createHash('sha256')
  #reader: InstanceReader | undefined
  #unreadable: DicomReadErrorCode | undefined
  #byteLength = 0

  constructor(identity: Identity) {
    this.#identity = identity
    this.#reader = new InstanceReader({ transferSyntaxUID: identity.transferSyntaxUID, limits })
  }

  /** Bytes taken so far. */
  get byteLength(): number {
    return this.#byteLength
  }

  /** Takes the next bytes, which may be reused: after the promise, where one is returned (deflated data). */
  write(chunk: Uint8Array): void | Promise<void> {
    this.#hash.update(chunk)
    this.#byteLength += chunk.byteLength
    try {
      return this.#reader?.write(chunk)?.catch((error: unknown) => { this.#giveUp(error) })
    } catch (error) {
      this.#giveUp(error)
    }
  }

  /**
   * The summary, now that all bytes have come. A data set that cannot be read, or names no study, is no error: a modality may never
   * send it again, and where it is sent to may be able to use it.
   * @throws ObjectMismatch when it can be read and is not what the request named
   */
  async end(): Promise<DataSetSummary> {
    const dataSetSha256 = this.#hash.digest('hex')
    const dataSet = await this.#dataSet()
    if (!dataSet) return { dataSetSha256, StudyInstanceUID: '', SeriesInstanceUID: '', unreadable: this.#unreadable }
    assertIs(dataSet, 'SOPClassUID', this.#identity.SOPClassUID)
    assertIs(dataSet, 'SOPInstanceUID', this.#identity.SOPInstanceUID)
    const text = (keyword: Keyword) => dataSet.string(keyword)
    return {
      dataSetSha256,
      StudyInstanceUID: text('StudyInstanceUID') ?? '',
      SeriesInstanceUID: text('SeriesInstanceUID') ?? '',
      Modality: text('Modality'),
      PatientID: text('PatientID'),
      PatientName: text('PatientName'),
      StudyDescription: text('StudyDescription'),
      AccessionNumber: text('AccessionNumber'),
      StudyDate: text('StudyDate'),
    }
  }

  async #dataSet(): Promise<DataSet | undefined> {
    try {
      return (await this.#reader?.end())?.dataSet
    } catch (error) {
      this.#giveUp(error)
    }
  }

  #giveUp(error: unknown): void {
    if (!(error instanceof DicomReadError)) throw error
    this.#unreadable = error.code
    this.#reader = undefined
  }
}

function assertIs(dataSet: DataSet, keyword: Keyword, expected: string): void {
  const value = dataSet.string(keyword)
  if (value !== expected) throw new ObjectMismatch(keyword, value === undefined)
}

import type { GatewayControl } from './actions.ts'
import type { RecordQuery, StudyDelivery, StudyRecord } from './wire/records.ts'

/** Rows are read from the records in pages, so that an export of any length takes the memory of one. */
const pageSize = 200

const columns: readonly (readonly [heading: string, value: (record: StudyRecord, delivery?: StudyDelivery) => string | number | undefined])[] = [
  ['StudyInstanceUID', (record) => record.StudyInstanceUID],
  ['PatientID', (record) => record.PatientID],
  ['PatientName', (record) => record.PatientName],
  ['AccessionNumber', (record) => record.AccessionNumber],
  ['StudyDate', (record) => record.StudyDate],
  ['StudyDescription', (record) => record.StudyDescription],
  ['Modalities', (record) => record.modalities.join(' ')],
  ['CallingAETitles', (record) => record.callingAETitles.join(' ')],
  ['FirstReceived', (record) => record.firstReceivedAt],
  ['LastReceived', (record) => record.lastReceivedAt],
  ['Instances', (record) => record.instances],
  ['Bytes', (record) => record.bytes],
  ['Node', (_record, delivery) => delivery?.nodeName],
  ['Waiting', (_record, delivery) => delivery && delivery.waiting + delivery.sending],
  ['Delivered', (_record, delivery) => delivery?.delivered],
  ['Verified', (_record, delivery) => delivery?.verified],
  ['Failed', (_record, delivery) => delivery?.dead],
  ['SendingAgain', (_record, delivery) => delivery?.sendingAgain],
  ['Lost', (_record, delivery) => delivery?.lost],
  ['LastDelivered', (_record, delivery) => delivery?.lastDeliveredAt],
  ['LastFailure', (_record, delivery) => delivery?.lastFailure?.text ?? delivery?.lastFailure?.reason],
]

/** The records found, as CSV (RFC 4180): a row for each study and node it goes to. */
export async function* recordsAsCsv(control: Pick<GatewayControl, 'searchStudies'>, query: RecordQuery): AsyncGenerator<string> {
  // Spreadsheets read UTF-8 as such only where this mark begins it.
  yield `\u{FEFF}${line(columns.map(([heading]) => heading))}`
  let after: string | undefined
  do {
    const page = await control.searchStudies(query, { limit: pageSize, ...(after !== undefined && { after }) })
    for (const record of page.records) {
      const rows = record.deliveries.length > 0 ? record.deliveries : [undefined]
      for (const delivery of rows) yield line(columns.map(([, value]) => value(record, delivery)))
    }
    after = page.next
  } while (after !== undefined)
}

const line = (values: readonly (string | number | undefined)[]) => `${values.map(field).join(',')}\r\n`

/** Text from a modality that a spreadsheet would take for a formula gets an apostrophe before it. */
function field(value: string | number | undefined): string {
  if (value === undefined || typeof value === 'number') return String(value ?? '')
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

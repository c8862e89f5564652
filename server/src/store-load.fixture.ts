/** Senders that store while a server is being killed, and what must be true of what they sent. */
import { createHash, randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { readMultipart, type DicomJson } from '@isocenter/dicom'
import { anInstance, bytesOf } from '@isocenter/testkit'
import { storeBody } from './dicomweb/service.fixture.ts'

/** One object that was sent. */
interface Sent {
  readonly StudyInstanceUID: string
  readonly path: string
  readonly sha256: string
  readonly byteLength: number
}

/** Everything sent so far, and what of it the server said it has; both by SOPInstanceUID. */
export interface Ledger {
  readonly sent: Map<string, Sent>
  readonly acknowledged: Set<string>
}

export const newLedger = (): Ledger => ({ sent: new Map(), acknowledged: new Set() })

/** UIDs of one length, so that those of a ready-made object can be written over. */
const uid = (): string => `2.25.1${Array.from({ length: 32 }, () => randomInt(10)).join('')}`

const placeholders = { StudyInstanceUID: uid(), SeriesInstanceUID: uid(), SOPInstanceUID: uid() }
type Identifier = keyof typeof placeholders

interface Template {
  readonly bytes: Buffer
  /** How many bytes at the end are pixels. */
  readonly pixelBytes: number
  readonly places: readonly { readonly keyword: Identifier; readonly offset: number }[]
}

/** A CT image, two bytes a pixel. */
function template(Rows: number, Columns: number): Template {
  const bytes = Buffer.from(bytesOf(anInstance({ ...placeholders, Rows, Columns })))
  const places = (Object.keys(placeholders) as Identifier[]).flatMap((keyword) => occurrences(bytes, placeholders[keyword]).map((offset) => ({ keyword, offset })))
  return { bytes, places, pixelBytes: Rows * Columns * 2 }
}

function occurrences(bytes: Buffer, text: string): number[] {
  const found: number[] = []
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) found.push(at)
  return found
}

const small = template(16, 16)
/** 1 to 20 MiB of pixels; the small ones more often, as in life. */
const large = [1, 1, 1, 2, 2, 4, 8, 20].map((mebibytes) => template(1024, mebibytes * 512))

function anObject({ bytes, places, pixelBytes }: Template, StudyInstanceUID: string, SeriesInstanceUID: string, ledger: Ledger): { SOPInstanceUID: string; object: Buffer } {
  const object = Buffer.from(bytes)
  const uids = { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID: uid() }
  for (const { keyword, offset } of places) object.write(uids[keyword], offset, 'latin1')
  // So that bytes of one object in the place of another's show.
  object.fill(randomInt(256), object.length - pixelBytes)
  ledger.sent.set(uids.SOPInstanceUID, {
    StudyInstanceUID,
    path: `/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}/instances/${uids.SOPInstanceUID}`,
    sha256: createHash('sha256').update(object).digest('hex'),
    byteLength: object.length,
  })
  return { SOPInstanceUID: uids.SOPInstanceUID, object }
}

/** Stores one object of some megabytes or up to eight small ones at a time, from `senders` connections into two studies, until the server is gone or `stop` is called. */
export function startLoad(url: string, authorization: string, ledger: Ledger, senders = 4): { studies: readonly string[]; stop: () => Promise<void> } {
  const studies = [uid(), uid()]
  let isStopped = false
  const send = async (index: number) => {
    const StudyInstanceUID = studies[index % studies.length] ?? ''
    const SeriesInstanceUID = uid()
    while (!isStopped) {
      const chosen = index % 2 === 0 ? [large[randomInt(large.length)] ?? small] : Array.from({ length: randomInt(1, 9) }, () => small)
      const objects = chosen.map((one) => anObject(one, StudyInstanceUID, SeriesInstanceUID, ledger))
      const stored = await store(url, authorization, objects.map(({ object }) => object))
      for (const SOPInstanceUID of stored) ledger.acknowledged.add(SOPInstanceUID)
      // As any sender does, it waits before it tries again.
      if (stored.length === 0) await sleep(50)
    }
  }
  const sending = Promise.all(Array.from({ length: senders }, (_, index) => send(index).catch((error: unknown) => { if (!isConnectionError(error)) throw error })))
  return { studies, stop: async () => { isStopped = true; await sending } }
}

/** What `fetch` and the reading of its answer throw when the other side is gone. */
const isConnectionError = (error: unknown): boolean => error instanceof TypeError

/** SOPInstanceUIDs the server's answer says are stored. */
async function store(url: string, authorization: string, objects: readonly Uint8Array[]): Promise<string[]> {
  const { contentType, body } = storeBody(objects)
  const response = await fetch(`${url}/studies`, { method: 'POST', headers: { authorization, 'content-type': contentType }, body: new Uint8Array(body) })
  const text = await response.text()
  if (!response.headers.get('content-type')?.startsWith('application/dicom+json')) return []
  const referenced = (JSON.parse(text) as DicomJson)['00081199']?.Value ?? []
  return (referenced as DicomJson[]).map((item) => String(item['00081155']?.Value?.[0]))
}

/** What is wrong with some studies as the server shows them now; nothing when every promise was kept. */
export async function brokenPromises(url: string, authorization: string, ledger: Ledger, studies: readonly string[]): Promise<string[]> {
  const broken: string[] = []
  const visible = new Set<string>()
  for (const StudyInstanceUID of studies) {
    const instances = await searched(url, authorization, `/studies/${StudyInstanceUID}/instances`, '00080018')
    for (const SOPInstanceUID of instances) visible.add(SOPInstanceUID)
    const counted = await searched(url, authorization, `/studies?StudyInstanceUID=${StudyInstanceUID}`, '00201208')
    if (instances.length !== Number(counted[0] ?? 0)) broken.push(`study ${StudyInstanceUID} counts ${String(counted[0])} instances and shows ${String(instances.length)}`)
    if (instances.length === 0) continue
    const metadata = await fetch(`${url}/studies/${StudyInstanceUID}/metadata`, { headers: { authorization } })
    if ((await metadata.json() as unknown[]).length !== instances.length) broken.push(`the metadata of study ${StudyInstanceUID} are not complete`)
  }
  for (const SOPInstanceUID of visible) {
    const sent = ledger.sent.get(SOPInstanceUID)
    if (!sent) {
      broken.push(`${SOPInstanceUID} is shown and was never sent`)
      continue
    }
    const response = await fetch(url + sent.path, { headers: { authorization, accept: 'application/dicom; transfer-syntax=*' } })
    if (response.status !== 200) {
      broken.push(`${SOPInstanceUID} is shown and does not come back: ${await response.text()}`)
      continue
    }
    const digest = createHash('sha256')
    for await (const chunk of response.body ?? []) digest.update(chunk)
    if (digest.digest('hex') !== sent.sha256) broken.push(`${SOPInstanceUID} does not come back as it was sent`)
  }
  for (const SOPInstanceUID of ledger.acknowledged) {
    const { StudyInstanceUID } = ledger.sent.get(SOPInstanceUID) ?? {}
    if (StudyInstanceUID !== undefined && studies.includes(StudyInstanceUID) && !visible.has(SOPInstanceUID)) broken.push(`${SOPInstanceUID} was acknowledged and is not there`)
  }
  return broken
}

/** What is wrong with whole studies retrieved in one answer. */
export async function brokenStudies(url: string, authorization: string, ledger: Ledger, studies: readonly string[]): Promise<string[]> {
  const broken: string[] = []
  const digests = new Set([...ledger.sent.values()].map(({ sha256 }) => sha256))
  for (const StudyInstanceUID of studies) {
    const shown = await searched(url, authorization, `/studies/${StudyInstanceUID}/instances`, '00080018')
    if (shown.length === 0) continue
    const response = await fetch(`${url}/studies/${StudyInstanceUID}`, { headers: { authorization, accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' } })
    const boundary = /boundary=([^;\s]+)/.exec(response.headers.get('content-type') ?? '')?.[1] ?? ''
    let parts = 0
    for await (const { body } of readMultipart(response.body ?? (async function* () {})(), boundary)) {
      const digest = createHash('sha256')
      for await (const chunk of body) digest.update(chunk)
      if (digests.has(digest.digest('hex'))) parts++
    }
    if (parts !== shown.length) broken.push(`study ${StudyInstanceUID} shows ${String(shown.length)} instances and gives ${String(parts)}`)
  }
  return broken
}

/** The first value of one attribute of everything a search finds, page by page. */
async function searched(url: string, authorization: string, path: string, tag: string): Promise<string[]> {
  const found: string[] = []
  const limit = 1000
  for (;;) {
    const response = await fetch(`${url}${path}${path.includes('?') ? '&' : '?'}limit=${String(limit)}&offset=${String(found.length)}`, { headers: { authorization } })
    const text = await response.text()
    const page = response.status === 200 ? JSON.parse(text) as DicomJson[] : []
    found.push(...page.map((item) => String(item[tag]?.Value?.[0])))
    if (page.length < limit) return found
  }
}

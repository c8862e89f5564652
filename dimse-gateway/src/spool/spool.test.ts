import { encodeDataSet, ExplicitVRLittleEndian, readInstance } from '@isocenter/dicom'
import { uuidv7 } from '@isocenter/durable-files'
import { anInstance, aUID } from '@isocenter/testkit/instances'
import { createHash } from 'node:crypto'
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLog } from '../platform/log.ts'
import { NothingToStore, SpoolFull, type Identity, type SpooledObject } from './index.ts'
import { spoolFileHeader } from './spool-file.ts'
import { filesIn, openedSpool, origin, received, type OpenedSpool } from './spool.fixture.ts'

const CTImageStorage = '1.2.840.10008.5.1.4.1.1.2'

let directory: string
let opened: OpenedSpool
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spool-'))
  opened = await openedSpool(directory)
})
afterEach(async () => {
  await opened.close()
  await rm(directory, { recursive: true })
})

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

interface Sent { readonly identity: Identity; readonly dataSet: Uint8Array }

function aCT(attributes: Parameters<typeof anInstance>[0] = {}): Sent {
  const SOPInstanceUID = aUID()
  const dataSet = encodeDataSet(anInstance({ SOPInstanceUID, Rows: 256, Columns: 256, ...attributes }), { transferSyntaxUID: ExplicitVRLittleEndian })
  return { identity: { SOPClassUID: CTImageStorage, SOPInstanceUID, transferSyntaxUID: ExplicitVRLittleEndian }, dataSet }
}

const send = ({ identity, dataSet }: Sent, from = origin): Promise<SpooledObject> => received(opened.spool, identity, dataSet, from)

/** As after a crash: the process's view is gone, the files stay. */
async function reopen(): Promise<void> {
  await opened.close()
  opened = await openedSpool(directory)
}

/** Lets rows that wait be written. */
const settled = () => new Promise((resolve) => { setTimeout(resolve, 60) })

describe('an object in the spool', () => {
  test('is a DICOM file whose data set is what came, byte for byte', async () => {
    const sent = aCT({ PatientID: 'P-1', Modality: 'CT' })
    const object = await send(sent)
    const file = await buffer(opened.spool.read(object.id))
    expect(file.length).toBe(object.byteLength)
    expect(file.subarray(object.dataSetOffset).equals(sent.dataSet)).toBe(true)
    expect(object).toMatchObject({ ...origin, ...sent.identity, PatientID: 'P-1', Modality: 'CT', dataSetSha256: sha256(sent.dataSet) })
    const { fileMeta, dataSetOffset } = await readInstance(file)
    expect(dataSetOffset).toBe(object.dataSetOffset)
    expect(fileMeta?.string('SourceApplicationEntityTitle')).toBe('CT_1')
    expect(fileMeta?.string('ReceivingApplicationEntityTitle')).toBe('USTCFQ-Transfer')
  })

  test('is announced once, when it is in the index', async () => {
    const object = await send(aCT())
    await settled()
    expect(opened.announced).toEqual([object])
    expect(opened.spool.get(object.id)).toEqual(object)
    expect(opened.spool.list('', 10)).toEqual([object])
    await reopen()
    expect(opened.announced).toEqual([])
    expect(opened.spool.get(object.id)).toEqual(object)
  })

  test('can be read from any byte on', async () => {
    const sent = aCT()
    const object = await send(sent)
    const rest = await buffer(opened.spool.read(object.id, object.dataSetOffset + 1000))
    expect(rest.equals(sent.dataSet.subarray(1000))).toBe(true)
  })

  test('is gone from disk, index and count once it is deleted', async () => {
    const object = await send(aCT())
    await opened.spool.delete(object.id, 'no such id')
    expect(opened.spool.get(object.id)).toBeUndefined()
    expect(opened.spool.usage()).toMatchObject({ objects: 0, bytes: 0 })
    await expect(buffer(opened.spool.read(object.id))).rejects.toThrow('ENOENT')
    await reopen()
    expect(opened.announced).toEqual([])
  })

  test('whose file or folder somebody removes while it comes is not acknowledged, and comes anew', async () => {
    const sent = aCT()
    for (const removed of ['a file', 'its folders']) {
      const writer = await opened.spool.receive(origin, sent.identity)
      await writer.write(sent.dataSet)
      const objects = join(directory, 'spool', 'objects')
      if (removed === 'its folders') for (const day of await readdir(objects)) await rm(join(objects, day), { recursive: true })
      else for (const { name, parentPath } of (await readdir(objects, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())) await rm(join(parentPath, name))
      await expect(writer.commit(), removed).rejects.toMatchObject({ name: 'SpoolUnavailable' })
      expect(opened.alarms.list()).toMatchObject([{ code: 'spoolUnavailable', severity: 'critical' }])
    }
    const object = await send(sent)
    expect(opened.alarms.list()).toEqual([])
    expect(await filesIn(join(directory, 'spool'))).toEqual([object.id])
    await reopen()
    expect(opened.spool.get(object.id)).toEqual(object)
  })

  test('that was aborted leaves nothing', async () => {
    const { identity, dataSet } = aCT()
    const writer = await opened.spool.receive(origin, identity)
    await writer.write(dataSet.subarray(0, 5000))
    await writer.abort()
    expect(opened.spool.usage()).toMatchObject({ objects: 0, bytes: 0 })
    expect(await filesIn(join(directory, 'spool'))).toEqual([])
  })
})

describe('the same object once more', () => {
  test('is kept once when its bytes are the same, also when both come at once', async () => {
    const repeats: string[] = []
    opened.spool.onRepeat(async ({ id }, { callingAETitle }) => {
      await sleep(20)
      repeats.push(`${id} ${callingAETitle}`)
    })
    const sent = aCT()
    const [first, second] = await Promise.all([send(sent), send(sent)])
    const third = await send(sent, { ...origin, callingAETitle: 'CT_2' })
    expect(new Set([first.id, second.id, third.id]).size).toBe(1)
    // What a repeat leads to is done when its sender has the answer.
    expect(repeats).toEqual([`${first.id} CT_1`, `${first.id} CT_2`])
    await settled()
    expect(opened.announced.length).toBe(1)
    expect(opened.spool.usage()).toMatchObject({ objects: 1, bytes: first.byteLength })
  })

  test.each([['was deleted', (path: string) => rm(path)], ['was cut short', (path: string) => truncate(path, 1000)]])('is kept anew when the file of the first %s under the gateway, of which somebody is told', async (_what, damage) => {
    const sent = aCT()
    const first = await send(sent)
    await settled()
    await damage(opened.spool.pathOf(first.id))
    const [second, third] = await Promise.all([send(sent), send(sent)])
    expect([second.id === first.id, third.id]).toEqual([false, second.id])
    expect(sha256((await buffer(opened.spool.read(second.id))).subarray(second.dataSetOffset))).toBe(sha256(sent.dataSet))
    expect(opened.lost).toEqual([first.id])
    await settled()
    expect(opened.spool.usage()).toMatchObject({ objects: 1, bytes: second.byteLength })
    expect(opened.announced.map(({ id }) => id)).toEqual([first.id, second.id])
  })

  test('is kept twice when its bytes differ', async () => {
    const sent = aCT()
    const changed = Buffer.from(sent.dataSet)
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1)
    const first = await send(sent)
    const second = await send({ ...sent, dataSet: changed })
    expect(second.id).not.toBe(first.id)
    expect(opened.spool.find(sent.identity.SOPInstanceUID).map(({ id }) => id)).toEqual([first.id, second.id])
  })

  test('comes anew after it was deleted', async () => {
    const sent = aCT()
    const first = await send(sent)
    await opened.spool.delete(first.id)
    expect((await send(sent)).id).not.toBe(first.id)
  })
})

describe('what a request says and what comes', () => {
  test('a data set of another instance, another class, or without its own UIDs is refused and not kept', async () => {
    const sent = aCT()
    await expect(send({ ...sent, identity: { ...sent.identity, SOPInstanceUID: '1.2.3' } })).rejects.toMatchObject({ name: 'ObjectMismatch', attribute: 'SOPInstanceUID' })
    await expect(send({ ...sent, identity: { ...sent.identity, SOPClassUID: '1.2.840.10008.5.1.4.1.1.4' } })).rejects.toMatchObject({ attribute: 'SOPClassUID' })
    await expect(send({ ...sent, dataSet: new Uint8Array() })).rejects.toBeInstanceOf(NothingToStore)
    for (const attribute of ['SOPInstanceUID', 'SOPClassUID'] as const) await expect(send(aCT({ [attribute]: undefined }))).rejects.toMatchObject({ attribute })
    expect(await filesIn(join(directory, 'spool'))).toEqual([])
    expect(opened.spool.usage()).toMatchObject({ objects: 0, bytes: 0 })
  })

  test('an object without a study is kept: what it is sent to may know better', async () => {
    expect(await send(aCT({ StudyInstanceUID: undefined, SeriesInstanceUID: undefined }))).toMatchObject({ StudyInstanceUID: '', SeriesInstanceUID: '' })
  })

  test('a data set nobody can read is kept, and says so, also after a restart', async () => {
    const sent = aCT()
    const object = await send({ ...sent, dataSet: sent.dataSet.subarray(0, -1001) })
    expect(object).toMatchObject({ unreadable: 'truncated', StudyInstanceUID: '', SOPInstanceUID: sent.identity.SOPInstanceUID })
    await opened.close()
    await rm(join(directory, 'spool.db'))
    opened = await openedSpool(directory)
    expect(opened.announced).toEqual([object])
  })

  test('a UID that climbs out of folders is only a text', async () => {
    const SOPInstanceUID = '../../../../climbs'
    const sent = aCT({ SOPInstanceUID })
    const object = await send({ ...sent, identity: { ...sent.identity, SOPInstanceUID } })
    expect(opened.spool.pathOf(object.id).startsWith(join(directory, 'spool', 'objects'))).toBe(true)
    expect(opened.spool.find(SOPInstanceUID)).toHaveLength(1)
  })
})

describe('without its index', () => {
  test('the spool is made again from its files', async () => {
    const objects = [await send(aCT()), await send(aCT()), await send(aCT({ PatientName: undefined, Modality: undefined }))]
    await opened.close()
    await rm(join(directory, 'spool.db'))
    opened = await openedSpool(directory)
    expect(opened.announced).toEqual(objects)
    expect(opened.spool.list('', 10)).toEqual(objects)
    expect(opened.spool.usage()).toMatchObject({ objects: 3, bytes: objects.reduce((sum, { byteLength }) => sum + byteLength, 0) })
  })

  test('a file that is not what was received is put aside, and somebody is told', async () => {
    const objects = [await send(aCT()), await send(aCT()), await send(aCT())]
    const [shorter, longer] = objects as [SpooledObject, SpooledObject, SpooledObject]
    await truncate(opened.spool.pathOf(shorter.id), shorter.byteLength - 1)
    await appendFile(opened.spool.pathOf(longer.id), 'more')
    await opened.close()
    await rm(join(directory, 'spool.db'))
    opened = await openedSpool(directory)
    expect(opened.announced).toEqual([objects[2]])
    expect((await readdir(join(directory, 'spool', 'damaged'))).sort()).toEqual([`${shorter.id}.dcm`, `${longer.id}.dcm`].sort())
    expect(opened.alarms.list().map(({ code }) => code)).toEqual(['objectDamaged', 'objectDamaged'])
  })

  test('a file the system cannot read is put aside, and the spool comes up with all others', async () => {
    const objects = [await send(aCT()), await send(aCT())] as [SpooledObject, SpooledObject]
    const path = opened.spool.pathOf(objects[0].id)
    await opened.close()
    await rm(join(directory, 'spool.db'))
    await rm(path)
    await symlink(path, path)
    opened = await openedSpool(directory)
    expect(opened.announced).toEqual([objects[1]])
    expect(await readdir(join(directory, 'spool', 'damaged'))).toEqual([`${objects[0].id}.dcm`])
    expect(opened.alarms.list().map(({ code }) => code)).toEqual(['objectDamaged'])
  })

  test('of what was under way when the process ended, what is whole is kept, what never ended is removed, and what may have been acknowledged is put aside', async () => {
    const objects = [await send(aCT()), await send(aCT())] as [SpooledObject, SpooledObject]
    const [whole, cut] = objects.map(({ id }) => opened.spool.pathOf(id)) as [string, string]
    const { identity, dataSet } = aCT()
    const unused = uuidv7(Date.now())
    const neverEnded = uuidv7(Date.now())
    const begun = uuidv7(Date.now())
    await writeFile(opened.spool.pathOf(unused), '')
    await writeFile(opened.spool.pathOf(begun), spoolFileHeader(origin, identity, new Date()).bytes.subarray(0, 200))
    const illegible = uuidv7(Date.now() + 1)
    await writeFile(opened.spool.pathOf(illegible), Buffer.alloc(1000))
    await writeFile(opened.spool.pathOf(neverEnded), Buffer.concat([spoolFileHeader(origin, identity, new Date()).bytes, dataSet]))
    await opened.close()
    await rm(join(directory, 'spool.db'))
    await truncate(cut, objects[1].byteLength - 1)
    // As a power cut leaves them: the mark of a file is not flushed, its bytes are.
    for (const path of [whole, cut, ...[unused, begun, illegible].map((id) => opened.spool.pathOf(id))]) await chmod(path, 0o400)
    opened = await openedSpool(directory)
    expect(opened.announced).toEqual([objects[0]])
    expect(await filesIn(join(directory, 'spool'))).toEqual([objects[0].id, `${objects[1].id} damaged`, `${illegible} damaged`])
    expect((await stat(whole)).mode & 0o777).toBe(0o600)
    expect(opened.alarms.list().map(({ code, severity, subject }) => [code, severity, subject]).sort()).toEqual([objects[1].id, illegible].map((id) => ['objectDamaged', 'warning', id]))
  })

  test('a file of an object that was emptied is put aside, and somebody is told', async () => {
    const { id } = await send(aCT())
    await opened.close()
    await rm(join(directory, 'spool.db'))
    await truncate(opened.spool.pathOf(id), 0)
    opened = await openedSpool(directory)
    expect(await readdir(join(directory, 'spool', 'damaged'))).toEqual([`${id}.dcm`])
    expect(opened.alarms.list()).toMatchObject([{ code: 'objectDamaged', severity: 'critical', subject: id }])
  })

  test('what an earlier version had under way is removed', async () => {
    await opened.close()
    await mkdir(join(directory, 'spool', 'arriving'))
    await writeFile(join(directory, 'spool', 'arriving', uuidv7(Date.now())), 'half of it')
    opened = await openedSpool(directory)
    expect(await filesIn(join(directory, 'spool'))).toEqual([])
  })

  test('of files that are gone somebody is told, at the start and when they are looked for', async () => {
    const [atStart, later, whole] = [await send(aCT()), await send(aCT()), await send(aCT())]
    await settled()
    await rm(opened.spool.pathOf(atStart.id))
    await reopen()
    expect(opened.spool.get(atStart.id)).toBeUndefined()
    expect(opened.lost).toEqual([atStart.id])

    await rm(opened.spool.pathOf(later.id))
    expect(await Promise.all([later, later, whole].map(({ id }) => opened.spool.look(id)))).toEqual([false, false, true])
    expect(opened.lost).toEqual([atStart.id, later.id])
    expect(opened.spool.usage()).toMatchObject({ objects: 1, bytes: whole.byteLength })
    expect(opened.alarms.list()).toEqual([])
  })

  test('files that are gone at the start are one line of the log, which names the first for who looks closer', async () => {
    const gone = [await send(aCT()), await send(aCT()), await send(aCT())]
    await settled()
    for (const { id } of gone) await rm(opened.spool.pathOf(id))
    await opened.close()
    const lines: { level: number; objects?: number; ids?: string[] }[] = []
    opened = await openedSpool(directory, undefined, createLog('debug', { write: (line) => { lines.push(JSON.parse(line)) } }))
    expect(lines.filter(({ level }) => level > 30)).toMatchObject([{ level: 40, objects: 3 }])
    const named = lines.find(({ ids }) => ids)
    expect(named?.level).toBe(20)
    expect(named?.ids?.sort()).toEqual(gone.map(({ id }) => id).sort())
  })
})

describe('room', () => {
  test('an object is refused before its bytes come when the quota is reached, and taken again when there is room', async () => {
    await opened.close()
    opened = await openedSpool(directory, { refuseAtFreeBytes: 0, quotaBytes: 300_000 })
    const [first, second] = [await send(aCT()), await send(aCT())]
    await expect(send(aCT())).rejects.toMatchObject({ name: 'SpoolFull', reason: 'quota' })
    expect(opened.spool.usage()).toMatchObject({ objects: 2, bytes: first.byteLength + second.byteLength, isRefusing: true })
    expect(opened.alarms.list()).toMatchObject([{ code: 'spoolFull' }])
    // What did not fit shows before the next one begins.
    await expect(opened.spool.receive(origin, aCT().identity)).rejects.toBeInstanceOf(SpoolFull)
    await opened.spool.delete(first.id)
    expect(opened.alarms.list()).toEqual([])
    await send(aCT())
  })

  test('a rest too small for any object refuses without leaving a file open, which is an alarm', async () => {
    const first = await send(aCT())
    await opened.close()
    opened = await openedSpool(directory, { refuseAtFreeBytes: 0, quotaBytes: first.byteLength + 10 })
    await expect(opened.spool.receive(origin, aCT().identity)).rejects.toMatchObject({ name: 'SpoolFull', reason: 'quota' })
    await settled()
    expect(await filesIn(join(directory, 'spool'))).toEqual([first.id])
    expect(opened.alarms.list()).toMatchObject([{ code: 'spoolFull' }])
  })

  test('an object too large for what is left keeps out smaller ones for a while, not for good', async () => {
    await opened.close()
    opened = await openedSpool(directory, { refuseAtFreeBytes: 0, quotaBytes: 300_000 })
    await expect(send(aCT({ Rows: 1024, Columns: 1024 }))).rejects.toBeInstanceOf(SpoolFull)
    await expect(send(aCT())).rejects.toBeInstanceOf(SpoolFull)
    const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 61_000)
    try {
      await send(aCT())
    } finally {
      now.mockRestore()
    }
  })

  test('nothing is taken on a disk that is nearly full, which is an alarm', async () => {
    await opened.close()
    opened = await openedSpool(directory, { refuseAtFreeBytes: Number.MAX_SAFE_INTEGER })
    await expect(opened.spool.receive(origin, aCT().identity)).rejects.toMatchObject({ name: 'SpoolFull', reason: 'disk' })
    expect(opened.spool.usage().isRefusing).toBe(true)
    expect(opened.alarms.list()).toMatchObject([{ code: 'spoolFull', severity: 'critical' }])
  })
})

test('a subscriber that fails is asked again, with the row or not at all', async () => {
  let failures = 1
  opened.spool.subscribe(() => { if (failures-- > 0) throw new Error('not now') })
  const object = await send(aCT())
  await settled()
  expect(opened.spool.list('', 10)).toEqual([])
  expect(opened.spool.get(object.id)).toEqual(object)
  await new Promise((resolve) => { setTimeout(resolve, 1_100) })
  expect(opened.spool.list('', 10)).toEqual([object])
})

test('nothing of a patient stands in names of files', async () => {
  await send(aCT({ PatientName: 'Zhang^Wei', PatientID: 'P-77' }))
  const names = await readdir(directory, { recursive: true })
  expect(names.join(' ')).not.toMatch(/zhang|p-77/i)
  expect((await readFile(join(directory, 'spool.db'))).length).toBeGreaterThan(0)
})

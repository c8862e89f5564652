import { matches, parseDicomXml, readMultipart, type DicomJson, type MatchKey } from '@isocenter/dicom'
import type { PerformedStepPage, WorklistItem, WorklistPage } from '@isocenter/contracts'
import { aUID, anInstance, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, type TestService } from '../dicomweb/service.fixture.ts'
import { aBegunStep, anEnd, aScheduledStep, dataSet } from './worklist.fixture.ts'

let service: TestService
beforeAll(async () => { service = await aService() })
afterAll(() => service.close())

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
let asked = 0
/** An organisation of its own, so that no test sees another's worklist. */
async function anOrganisation(slug = `hospital-${asked++}`) {
  const authorization = await service.as(slug)
  const send = (method: Method, url: string, payload?: unknown, headers: Record<string, string> = {}) =>
    service.app.inject({
      method,
      url,
      headers: {
        ...authorization,
        ...(payload === undefined ? {} : { 'content-type': url.startsWith('/dicom-web') ? 'application/dicom+json' : 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
    })
  return {
    slug, send,
    add: async (step: DicomJson) => {
      const answer = await send('POST', '/api/modality-worklist', step)
      expect([answer.statusCode, answer.body]).toEqual([201, expect.anything()])
      return answer.json<WorklistItem>()
    },
    find: async (query: string) => (await send('GET', `/dicom-web/modality-scheduled-procedure-steps?${query}`)).json<DicomJson[]>(),
    status: async ({ worklistItemId }: WorklistItem) => (await send('GET', `/api/modality-worklist/${worklistItemId}`)).json<WorklistItem>().status,
    create: (uid: string, step: DicomJson) => send('POST', `/dicom-web/modality-performed-procedure-steps/${uid}`, step),
    set: (uid: string, step: DicomJson) => send('POST', `/dicom-web/modality-performed-procedure-steps/${uid}?update`, step),
  }
}

const value = (json: DicomJson | undefined, tag: string) => json?.[tag]?.Value?.[0]
const step = (json: DicomJson | undefined) => value(json, '00400100') as DicomJson | undefined
const stepIds = (found: DicomJson[]) => found.map((item) => value(step(item), '00400009'))
const studyOf = (json: DicomJson) => String(value(json, '0020000D'))

describe('a worklist item', () => {
  test('is kept in Unicode as it was written, with a version, a status and an address', async () => {
    const { send } = await anOrganisation()
    const scheduled = aScheduledStep({ SpecificCharacterSet: 'GB18030' })
    const answer = await send('POST', '/api/modality-worklist', scheduled)
    const item = answer.json<WorklistItem>()
    expect([answer.statusCode, answer.headers.etag, item.version, item.status]).toEqual([201, '"1"', 1, 'SCHEDULED'])
    const read = await send('GET', String(answer.headers.location))
    expect(read.json()).toEqual(item)
    const attributes = item.attributes as DicomJson
    expect(value(attributes, '00100010')).toEqual({ Alphabetic: 'Wang^XiaoMing', Ideographic: '王^小明' })
    expect(value(step(attributes), '00400007')).toBe('头颅平扫')
    expect(attributes).not.toHaveProperty('00080005')
  })

  test('without a StudyInstanceUID is given one, which stays when it is replaced without one', async () => {
    const { add, send } = await anOrganisation()
    const item = await add(aScheduledStep({ StudyInstanceUID: null }))
    const uid = studyOf(item.attributes as DicomJson)
    expect(uid).toMatch(/^2\.25\.[1-9]\d*$/)
    const replaced = await send('PUT', `/api/modality-worklist/${item.worklistItemId}`, aScheduledStep({ StudyInstanceUID: null }, { ScheduledProcedureStepStatus: 'ARRIVED' }))
    expect(replaced.json()).toMatchObject({ version: 2, status: 'ARRIVED' })
    expect(studyOf(replaced.json<WorklistItem>().attributes as DicomJson)).toBe(uid)
  })

  test('that lacks something is refused, and everything that is wrong is named', async () => {
    const { send } = await anOrganisation()
    const answer = await send('POST', '/api/modality-worklist', aScheduledStep(
      { PatientID: '', RequestedProcedureDescription: null, PatientBirthDate: '1970-01-01', AccessionNumber: 'x'.repeat(17) },
      { Modality: null, ScheduledProcedureStepStartDate: '22.11.2026', ScheduledProcedureStepStatus: 'WAITING' }))
    expect(answer.statusCode).toBe(422)
    const { errors } = answer.json<{ errors: { path: string; message: string }[] }>()
    expect(errors.map(({ path }) => path).sort()).toEqual([
      'AccessionNumber', 'PatientBirthDate', 'PatientID', 'RequestedProcedureDescription',
      'ScheduledProcedureStepSequence[1].Modality', 'ScheduledProcedureStepSequence[1].ScheduledProcedureStepStartDate', 'ScheduledProcedureStepSequence[1].ScheduledProcedureStepStatus',
    ])
    expect(answer.body).not.toContain('22.11.2026')
  })

  test.each([
    ['no DICOM JSON', { PatientName: 'Wang' }], ['two steps', aScheduledStep({ ScheduledProcedureStepSequence: [dataSet({}), dataSet({})] })],
    ['a wrong VR', { ...aScheduledStep(), '00100020': { vr: 'PN', Value: [{ Alphabetic: 'x' }] } }], ['a control character', aScheduledStep({ PatientID: 'P\u00001' })],
  ])('that is %s is refused', async (_what, body) => {
    const { send } = await anOrganisation()
    expect((await send('POST', '/api/modality-worklist', body)).statusCode).toBe(422)
  })

  test('of a step that is on the worklist already is refused with the id of that one', async () => {
    const { add, send } = await anOrganisation()
    const scheduled = aScheduledStep()
    const { worklistItemId } = await add(scheduled)
    const again = await send('POST', '/api/modality-worklist', scheduled)
    expect([again.statusCode, again.json()]).toEqual([409, expect.objectContaining({ type: '/problems/worklist-item-exists', worklistItemId })])
    const other = await add(aScheduledStep({ StudyInstanceUID: studyOf(scheduled) }, { ScheduledProcedureStepID: 'SPS-2' }))
    expect((await send('PUT', `/api/modality-worklist/${other.worklistItemId}`, scheduled)).statusCode).toBe(409)
  })

  test('is changed only when it is still what the writer saw', async () => {
    const { add, send } = await anOrganisation()
    const scheduled = aScheduledStep()
    const { worklistItemId } = await add(scheduled)
    const put = (ifMatch: string) => send('PUT', `/api/modality-worklist/${worklistItemId}`, scheduled, { 'if-match': ifMatch })
    expect((await put('"1"')).json()).toMatchObject({ version: 2 })
    expect((await put('"1"')).statusCode).toBe(412)
  })

  test('goes when it is deleted', async () => {
    const { add, send, find } = await anOrganisation()
    const { worklistItemId } = await add(aScheduledStep())
    expect((await send('DELETE', `/api/modality-worklist/${worklistItemId}`)).statusCode).toBe(204)
    expect((await send('DELETE', `/api/modality-worklist/${worklistItemId}`)).statusCode).toBe(404)
    expect(await find('')).toEqual([])
  })

  test('is never seen or touched by another organisation', async () => {
    const [north, south] = [await anOrganisation(), await anOrganisation()]
    const { worklistItemId } = await north.add(aScheduledStep())
    const url = `/api/modality-worklist/${worklistItemId}`
    expect((await south.send('GET', url)).statusCode).toBe(404)
    expect((await south.send('PUT', url, aScheduledStep())).statusCode).toBe(404)
    expect((await south.send('DELETE', url)).statusCode).toBe(404)
    expect(await south.find('')).toEqual([])
  })

  test('and every reading and writing of it stands in the audit trail', async () => {
    const { slug, add, find, send } = await anOrganisation()
    const item = await add(aScheduledStep())
    await find('')
    await send('DELETE', `/api/modality-worklist/${item.worklistItemId}`)
    await service.flushAudit()
    const trail = await service.db('audit_event').join('organisation', 'organisation.organisation_id', 'audit_event.organisation_id').where({ slug })
      .orderBy('audit_event_id').select<{ action: string; detail: { change?: string }; patient_id: string | null }[]>('action', 'detail', 'patient_id')
    expect(trail.map(({ action, detail, patient_id }) => [action, detail.change, patient_id]).sort()).toEqual([
      ['worklist.read', undefined, null], ['worklist.write', 'add', 'P-1'], ['worklist.write', 'delete', 'P-1'],
    ])
  })
})

describe('a search of the worklist', () => {
  const schedule = (id: string, date: string, time: string, more: Parameters<typeof dataSet>[0] = {}, values: Parameters<typeof dataSet>[0] = {}) =>
    aScheduledStep(values, { ScheduledProcedureStepID: id, ScheduledProcedureStepStartDate: date, ScheduledProcedureStepStartTime: time, ...more })

  test('matches by the keys of PS3.4 Annex K, nested ones by dotted path, and answers by start', async () => {
    const { add, find } = await anOrganisation()
    await add(schedule('late', '20261123', '1100'))
    await add(schedule('early', '20261122', '0800', { ScheduledStationAETitle: ['CT01', 'CT02'] }))
    await add(schedule('mr', '20261122', '1000', { Modality: 'MR', ScheduledStationAETitle: 'MR01' }, { PatientName: 'Müller^Anna', PatientID: 'P-2', AccessionNumber: 'B-7' }))
    const sps = 'ScheduledProcedureStepSequence'
    const expected: [string, string[]][] = [
      ['', ['early', 'mr', 'late']],
      [`${sps}.Modality=CT`, ['early', 'late']],
      [`00400100.00080060=MR`, ['mr']],
      [`${sps}.ScheduledStationAETitle=CT02`, ['early']],
      [`${sps}.ScheduledProcedureStepStartDate=20261122`, ['early', 'mr']],
      [`${sps}.ScheduledProcedureStepStartDate=20261122-20261123&${sps}.ScheduledProcedureStepStartTime=0900-1030`, ['mr']],
      [`${sps}.ScheduledProcedureStepStartDate=20261122-20261123&${sps}.ScheduledProcedureStepStartTime=0900-1200`, ['mr', 'late']],
      ['PatientName=mull*', ['mr']], ['PatientName=王*', ['early', 'late']], ['PatientName=anna&fuzzymatching=true', ['mr']], ['PatientName=小明&fuzzymatching=true', ['early', 'late']],
      ['PatientID=P-2', ['mr']], ['PatientID=P-?', ['early', 'mr', 'late']], ['AccessionNumber=B*', ['mr']], ['RequestedProcedureID=none', []],
      ['PatientSex=M', ['early', 'mr', 'late']], ['PatientSex=F', []],
      ['limit=1&offset=1', ['mr']],
    ]
    for (const [query, ids] of expected) expect([query, stepIds(await find(query))]).toEqual([query, ids])
  })

  test('says that there is more', async () => {
    const { add, send } = await anOrganisation()
    for (const id of ['a', 'b']) await add(schedule(id, '20261122', '0800'))
    const answer = await send('GET', '/dicom-web/modality-scheduled-procedure-steps?limit=1')
    expect(String(answer.headers.warning)).toContain('additional results')
    expect((await send('GET', '/dicom-web/modality-scheduled-procedure-steps?limit=2')).headers.warning).toBeUndefined()
  })

  test('finds exactly what matching in memory finds, whatever the database rules out', async () => {
    const { add, find } = await anOrganisation()
    const stored: DicomJson[] = []
    const names = ['Wang^XiaoMing=王^小明', 'Wang^Xia=王^霞', 'O_Neill^A%', 'Ärger^Über', 'Smith\\\\']
    for (let index = 0; index < 20; index++) {
      const item = await add(schedule(`S${index}`, `202611${String(10 + (index % 5))}`, `${String(8 + (index % 7)).padStart(2, '0')}0000`,
        { Modality: index % 2 ? 'CT' : 'MR' }, { PatientName: names[index % names.length]?.replace('\\\\', '') ?? '', PatientID: `P_${index % 3}`, AccessionNumber: index % 4 ? `A${index}` : '' }))
      stored.push(item.attributes as DicomJson)
    }
    const sps = 0x00400100
    const queries: [string, MatchKey[]][] = [
      ['PatientName=王*', [{ path: [0x00100010], vr: 'PN', value: '王*' }]],
      ['PatientName=o_neill*', [{ path: [0x00100010], vr: 'PN', value: 'o_neill*' }]],
      ['PatientName=a?ger*', [{ path: [0x00100010], vr: 'PN', value: 'a?ger*' }]],
      ['PatientID=P_*', [{ path: [0x00100020], vr: 'LO', value: 'P_*' }]],
      ['AccessionNumber=A1?', [{ path: [0x00080050], vr: 'SH', value: 'A1?' }]],
      ['00400100.00400002=20261111-20261113&00400100.00400003=0900-1200', [{ path: [sps, 0x00400002], vr: 'DA', value: '20261111-20261113' }, { path: [sps, 0x00400003], vr: 'TM', value: '0900-1200' }]],
      ['00400100.00400002=-20261111&00400100.00080060=CT', [{ path: [sps, 0x00400002], vr: 'DA', value: '-20261111' }, { path: [sps, 0x00080060], vr: 'CS', value: 'CT' }]],
      ['00400100.00400003=-0930', [{ path: [sps, 0x00400003], vr: 'TM', value: '-0930' }]],
    ]
    for (const [query, keys] of queries) {
      const expected = stored.filter((item) => matches(item, keys)).map((item) => value(step(item), '00400009'))
      expect([query, stepIds(await find(encodeURI(query))).sort()]).toEqual([query, expected.sort()])
      expect(expected.length).toBeGreaterThan(0)
    }
  })

  test('answers what it was asked for besides the return keys of every answer, in JSON or XML', async () => {
    const { add, find, send } = await anOrganisation()
    await add(aScheduledStep({ PatientComments: 'claustrophobic', OtherPatientIDs: 'X' }))
    expect((await find(''))[0]).not.toHaveProperty('00104000')
    expect(value((await find('includefield=PatientComments'))[0], '00104000')).toBe('claustrophobic')
    expect((await find('includefield=all'))[0]).toHaveProperty('00101000')
    const answer = await send('GET', '/dicom-web/modality-scheduled-procedure-steps', undefined, { accept: 'multipart/related; type="application/dicom+xml"' })
    const parts: DicomJson[] = []
    for await (const { body } of readMultipart((async function* () { yield answer.rawPayload })(), /boundary=([^;\s]+)/.exec(String(answer.headers['content-type']))?.[1] ?? '')) {
      const chunks: Uint8Array[] = []
      for await (const chunk of body) chunks.push(chunk)
      parts.push(parseDicomXml(Buffer.concat(chunks).toString()))
    }
    expect(stepIds(parts)).toEqual(['SPS-1'])
  })

  test('refuses a value that is none and an attribute that is none', async () => {
    const { send } = await anOrganisation()
    for (const query of ['ScheduledProcedureStepSequence.ScheduledProcedureStepStartDate=tomorrow', 'PatientNam=x']) {
      expect((await send('GET', `/dicom-web/modality-scheduled-procedure-steps?${query}`)).statusCode).toBe(400)
      expect((await send('GET', `/api/modality-worklist?${query}`)).statusCode).toBe(400)
    }
    expect((await send('GET', '/api/modality-worklist?modality=CT')).statusCode).toBe(400)
    expect((await send('GET', '/api/modality-worklist?cursor=x')).statusCode).toBe(400)
  })

  test('comes in pages to screens, each item once', async () => {
    const { add, send } = await anOrganisation()
    for (let index = 0; index < 5; index++) await add(schedule(`S${index}`, '20261122', '0800'))
    const seen: string[] = []
    let next: string | undefined
    do {
      const page: WorklistPage = (await send('GET', `/api/modality-worklist?limit=2${next === undefined ? '' : `&cursor=${next}`}`)).json()
      seen.push(...page.items.map(({ attributes }) => String(value(step(attributes as DicomJson), '00400009'))))
      next = page.next
    } while (next !== undefined)
    expect(seen.sort()).toEqual(['S0', 'S1', 'S2', 'S3', 'S4'])
  })
})

describe('a performed procedure step', () => {
  test('is created, changed and read as modalities and gateways do it', async () => {
    const { send, create, set } = await anOrganisation()
    const [uid, study] = [aUID(), aUID()]
    expect((await create(uid, aBegunStep(study))).statusCode).toBe(201)
    expect((await set(uid, dataSet({ PerformedProcedureStepDescription: '头颅' }))).statusCode).toBe(200)
    expect((await set(uid, anEnd('COMPLETED'))).statusCode).toBe(200)
    const read = (await send('GET', `/dicom-web/modality-performed-procedure-steps/${uid}`)).json<DicomJson>()
    expect([value(read, '00400252'), value(read, '00400254'), value(read, '00100010')]).toEqual(['COMPLETED', '头颅', { Alphabetic: 'Wang^XiaoMing', Ideographic: '王^小明' }])
  })

  test('makes its scheduled step started, then completed; only who asks for its status then finds it', async () => {
    const { add, find, status, create, set } = await anOrganisation()
    const scheduled = aScheduledStep()
    const item = await add(scheduled)
    const uid = aUID()
    await create(uid, aBegunStep(studyOf(scheduled)))
    expect(await status(item)).toBe('STARTED')
    expect((await find('')).map((found) => value(step(found), '00400020'))).toEqual(['STARTED'])
    await set(uid, anEnd('COMPLETED'))
    expect(await status(item)).toBe('COMPLETED')
    expect(await find('')).toEqual([])
    expect(await find('ScheduledProcedureStepSequence.ScheduledProcedureStepStatus=COMPLETED')).toHaveLength(1)
  })

  test('of several of one scheduled step the one in progress says its status, then one that was completed', async () => {
    const { add, status, create, set } = await anOrganisation()
    const scheduled = aScheduledStep()
    const item = await add(scheduled)
    const [first, second] = [aUID(), aUID()]
    await create(first, aBegunStep(studyOf(scheduled)))
    await set(first, anEnd('DISCONTINUED', { PerformedSeriesSequence: [] }))
    expect(await status(item)).toBe('DISCONTINUED')
    await create(second, aBegunStep(studyOf(scheduled)))
    expect(await status(item)).toBe('STARTED')
    await set(second, anEnd('COMPLETED'))
    expect(await status(item)).toBe('COMPLETED')
  })

  test('that was there before its worklist item counts when the item comes; a replaced item keeps what was performed', async () => {
    const { add, send, create } = await anOrganisation()
    const scheduled = aScheduledStep()
    await create(aUID(), aBegunStep(studyOf(scheduled)))
    const item = await add(scheduled)
    expect(item.status).toBe('STARTED')
    const replaced = await send('PUT', `/api/modality-worklist/${item.worklistItemId}`, aScheduledStep({ StudyInstanceUID: studyOf(scheduled) }, { ScheduledProcedureStepStatus: 'ARRIVED' }))
    expect(replaced.json()).toMatchObject({ status: 'STARTED' })
  })

  test('says what is stored of its study, and what on the worklist it performs', async () => {
    const { slug, add, send, create } = await anOrganisation()
    const instance = anInstance()
    const item = await add(aScheduledStep({ StudyInstanceUID: studyOf(instance) }))
    const uid = aUID()
    await create(uid, aBegunStep(studyOf(instance)))
    const told = async () => (await send('GET', `/api/performed-procedure-steps/${uid}`)).json<PerformedStepPage['items'][number]>().schedule
    const { worklistItemId } = item
    expect(await told()).toEqual([{ StudyInstanceUID: studyOf(instance), ScheduledProcedureStepID: 'SPS-1', worklistItemId, numberOfInstances: 0 }])
    await service.store([bytesOf(instance)], { headers: await service.as(slug) })
    expect(await told()).toEqual([{ StudyInstanceUID: studyOf(instance), ScheduledProcedureStepID: 'SPS-1', worklistItemId, numberOfInstances: 1 }])
  })

  test('without an appointment is kept, and linked to nothing', async () => {
    const { send, create } = await anOrganisation()
    const [uid, study] = [aUID(), aUID()]
    expect((await create(uid, aBegunStep(study, {}, { ScheduledProcedureStepID: '', AccessionNumber: '' }))).statusCode).toBe(201)
    const { items } = (await send('GET', '/api/performed-procedure-steps')).json<PerformedStepPage>()
    expect(items.map(({ SOPInstanceUID, schedule }) => [SOPInstanceUID, schedule])).toEqual([[uid, [{ StudyInstanceUID: study, numberOfInstances: 0 }]]])
  })

  test('is refused under a UID that is taken; a repeat whose answer was lost can be told', async () => {
    const { create } = await anOrganisation()
    const [uid, begun] = [aUID(), aBegunStep(aUID())]
    await create(uid, begun)
    const again = await create(uid, begun)
    expect([again.statusCode, again.json()]).toEqual([409, expect.objectContaining({ type: '/problems/performed-step-exists', dimseStatus: 0x0111, unchanged: true })])
    expect((await create(uid, aBegunStep(aUID()))).json()).toMatchObject({ dimseStatus: 0x0111, unchanged: false })
  })

  test('may no longer be updated when it has ended', async () => {
    const { create, set } = await anOrganisation()
    const [uid, end] = [aUID(), anEnd('COMPLETED')]
    await create(uid, aBegunStep(aUID()))
    await set(uid, end)
    const refused = await set(uid, dataSet({ PerformedProcedureStepDescription: 'more' }))
    expect([refused.statusCode, refused.json()]).toEqual([409, expect.objectContaining({
      dimseStatus: 0x0110, errorComment: 'Performed Procedure Step Object may no longer be updated', errorId: 0xa710, unchanged: false,
    })])
    expect((await set(uid, end)).json()).toMatchObject({ dimseStatus: 0x0110, unchanged: true })
  })

  test('that nobody created cannot be changed', async () => {
    const { set } = await anOrganisation()
    const answer = await set(aUID(), anEnd('COMPLETED'))
    expect([answer.statusCode, answer.json()]).toEqual([404, expect.objectContaining({ dimseStatus: 0x0112 })])
  })

  test('keeps what N-SET may not change, and says so', async () => {
    const { send, create, set } = await anOrganisation()
    const uid = aUID()
    await create(uid, aBegunStep(aUID()))
    const answer = await set(uid, anEnd('COMPLETED', { PatientID: 'P-2', Modality: 'CT' }))
    expect([answer.statusCode, answer.json()]).toEqual([200, { dimseStatus: 0x0107, attributes: ['00100020'] }])
    expect(value((await send('GET', `/dicom-web/modality-performed-procedure-steps/${uid}`)).json<DicomJson>(), '00100020')).toBe('P-1')
  })

  test('of another organisation is not there', async () => {
    const [north, south] = [await anOrganisation(), await anOrganisation()]
    const uid = aUID()
    await north.create(uid, aBegunStep(aUID()))
    expect((await south.set(uid, anEnd('COMPLETED'))).statusCode).toBe(404)
    expect((await south.send('GET', `/api/performed-procedure-steps/${uid}`)).statusCode).toBe(404)
    expect((await south.create(uid, aBegunStep(aUID()))).statusCode).toBe(201)
  })

  test('of two creations at once under one UID one succeeds', async () => {
    const { create } = await anOrganisation()
    const uid = aUID()
    const answers = await Promise.all(Array.from({ length: 5 }, () => create(uid, aBegunStep(aUID()))))
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409, 409, 409])
  })

  test('comes in pages, the latest first, by study and by status', async () => {
    const { send, create } = await anOrganisation()
    const study = aUID()
    const uids = [aUID(), aUID(), aUID()]
    for (const [index, uid] of uids.entries()) await create(uid, aBegunStep(index === 0 ? study : aUID(), { PerformedProcedureStepStartTime: `10000${index}` }))
    const first = (await send('GET', '/api/performed-procedure-steps?limit=2')).json<PerformedStepPage>()
    const second = (await send('GET', `/api/performed-procedure-steps?limit=2&cursor=${first.next ?? ''}`)).json<PerformedStepPage>()
    expect([...first.items, ...second.items].map(({ SOPInstanceUID }) => SOPInstanceUID)).toEqual(uids.toReversed())
    const of = async (query: string) => (await send('GET', `/api/performed-procedure-steps?${query}`)).json<PerformedStepPage>().items.length
    expect([await of(`StudyInstanceUID=${study}`), await of('status=COMPLETED'), await of('status=IN%20PROGRESS')]).toEqual([1, 0, 3])
  })
})

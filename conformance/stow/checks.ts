import { header, mediaType, must, same, status } from '../expect.ts'
import { fixture, newUid } from '../fixtures/fixtures.ts'
import { attribute, dataSets, first, strings, type DicomJson } from '../json/model.ts'
import { multipartOf } from '../multipart/multipart.ts'
import { failures, instancePath, items, store, storeAll, storedUids, studyPath } from '../store.ts'
import { check, type Check } from '../suite.ts'

/** PS3.18 §10.5 and Annex I: store. */
export const stowChecks: readonly Check[] = [
  check(184, 'M', 'store to /studies and to a study, in several parts and in a single one', async ({ client }) => {
    const [one, two] = [fixture({}), fixture({})]
    status(await store(client, [one.bytes], studyPath(one)), 200)
    const single = await client.ask('/studies', { method: 'POST', headers: { 'Content-Type': 'application/dicom' }, body: two.bytes })
    status(single, 200)
    same(storedUids(single.json() as DicomJson), [two.SOPInstanceUID], 'stored')
  }),
  check(185, 'C', 'parts that name their transfer syntax are accepted', async ({ client }) => {
    status(await store(client, [fixture({}).bytes], '/studies', 'application/dicom; transfer-syntax=1.2.840.10008.1.2.1'), 200)
  }),
  check(186, 'M', 'another Content-Type is answered 415, a missing one 415 or 400', async ({ client }) => {
    status(await client.ask('/studies', { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: Buffer.from('hello') }), 415)
    status(await client.ask('/studies', { method: 'POST', body: Buffer.from('hello') }), 415, 400)
  }),
  check(187, 'M', 'all stored 200, some 202, none 409', async ({ client }) => {
    const wrong = fixture({ elements: [['0020000D', undefined]] })
    status(await store(client, [fixture({}).bytes, fixture({}).bytes]), 200)
    status(await store(client, [fixture({}).bytes, wrong.bytes]), 202)
    status(await store(client, [wrong.bytes]), 409)
  }),
  check(188, 'M', 'a part that is not DICOM fails alone', async ({ client }) => {
    const one = fixture({})
    const answer = await store(client, [one.bytes, Buffer.from('this is not a DICOM object, it is a letter to the editor')])
    status(answer, 202)
    const result = answer.json() as DicomJson
    same(storedUids(result), [one.SOPInstanceUID], 'stored')
    const [other] = items(result, '0008119A')
    must(other !== undefined || failures(result).length === 1, 'the failure is not told')
    if (other !== undefined) same(first(other, '00081197'), 0xc000, 'FailureReason')
  }),
  check(189, 'M', 'nothing but parts that are not DICOM: 409', async ({ client }) => {
    status(await store(client, [Buffer.from('not DICOM'), Buffer.from('neither')]), 409)
  }),
  check(190, 'S', 'no parts at all: 400', async ({ client }) => {
    status(await client.ask('/studies', { method: 'POST', headers: { 'Content-Type': 'multipart/related; type="application/dicom"; boundary=b' }, body: Buffer.alloc(0) }), 400)
    status(await client.ask('/studies', { method: 'POST', headers: { 'Content-Type': 'multipart/related; type="application/dicom"; boundary=b' }, body: Buffer.from('--b--\r\n') }), 400)
  }),
  check(191, 'M', 'each success names class, instance and where to retrieve it', async ({ client }) => {
    const one = fixture({})
    const result = await storeAll(client, [one])
    const [item] = items(result, '00081199')
    same([strings(item ?? {}, '00081150'), strings(item ?? {}, '00081155')], [[one.SOPClassUID], [one.SOPInstanceUID]], 'UIDs')
    for (const url of [first(item ?? {}, '00081190'), first(result, '00081190')]) {
      must(typeof url === 'string', 'no RetrieveURL')
      status(await client.get(new URL(url, client.base).href), 200)
    }
  }),
  check(192, 'M', 'sequences without items are absent', async ({ client }) => {
    const result = (await store(client, [fixture({}).bytes])).json() as DicomJson
    same(attribute(result, '00081198'), undefined, 'FailedSOPSequence')
    const failed = (await store(client, [fixture({ elements: [['0020000E', undefined]] }).bytes])).json() as DicomJson
    same(attribute(failed, '00081199'), undefined, 'ReferencedSOPSequence')
  }),
  check(194, 'M', 'an instance of another study than the path names fails, the others are stored', async ({ client }) => {
    const [one, other] = [fixture({}), fixture({})]
    const answer = await store(client, [one.bytes, other.bytes], studyPath(one))
    status(answer, 202)
    const result = answer.json() as DicomJson
    same(storedUids(result), [one.SOPInstanceUID], 'stored')
    same(failures(result).map(({ SOPInstanceUID }) => SOPInstanceUID), [other.SOPInstanceUID], 'failed')
    status(await store(client, [other.bytes], `/studies/${newUid()}`), 409)
  }),
  check(195, 'M', 'an object without its UIDs fails with A900 or C000 and says what is known', async ({ client }) => {
    for (const tag of ['0020000D', '0020000E', '00080018', '00080016']) {
      const one = fixture({ elements: [[tag, undefined]] })
      const answer = await store(client, [one.bytes])
      status(answer, 409)
      const result = answer.json() as DicomJson
      const reasons = [...failures(result).map(({ reason }) => reason), ...items(result, '0008119A').map((item) => first(item, '00081197'))]
      must(reasons.length === 1 && typeof reasons[0] === 'number' && [0xa900, 0xc000].includes(reasons[0]), `reasons ${JSON.stringify(reasons)} without ${tag}`)
    }
  }),
  check(196, 'M', 'a missing or empty PatientID is stored', async ({ client }) => {
    status(await store(client, [fixture({}).bytes, fixture({ elements: [['00100020', undefined], ['00100010', undefined]] }).bytes]), 200, 202)
  }),
  check(197, 'C', 'invalid values are stored as they are, with a warning', async ({ client }) => {
    const one = fixture({ elements: [['00080020', 'DA', '1997.13.99'], ['00081030', 'LO', 'x'.repeat(80)], ['00200013', 'IS', '1\0']] })
    const answer = await store(client, [one.bytes])
    status(answer, 200, 202)
    const reason = first(items(answer.json() as DicomJson, '00081199')[0] ?? {}, '00081196')
    must(answer.status === 200 || reason === 0xb007, `202 with WarningReason ${String(reason)}`)
    must((await client.get(instancePath(one), 'application/dicom')).body.equals(one.bytes), 'the bytes were changed')
  }),
  check(200, 'M', 'no element of group 0000 in the answer', async ({ client }) => {
    for (const answer of [await store(client, [fixture({}).bytes]), await store(client, [Buffer.from('no')])]) must(Object.keys(answer.json() as DicomJson).every((key) => !key.startsWith('0000')), 'there is one')
  }),
  check(201, 'X', 'the same instance again is a success and changes nothing', async ({ client }) => {
    const one = fixture({})
    await storeAll(client, [one])
    status(await store(client, [one.bytes]), 200)
    const [study] = dataSets((await client.get(`/studies?StudyInstanceUID=${one.StudyInstanceUID}`)).json())
    same(first(study ?? {}, '00201208'), 1, 'instances')
  }),
  check(202, 'X', 'the same instance sent eight times at once is one instance', async ({ client }) => {
    const one = fixture({})
    const answers = await Promise.all(Array.from({ length: 8 }, () => store(client, [one.bytes])))
    for (const answer of answers) status(answer, 200)
    const [study] = dataSets((await client.get(`/studies?StudyInstanceUID=${one.StudyInstanceUID}`)).json())
    same([first(study ?? {}, '00201206'), first(study ?? {}, '00201208')], [1, 1], 'series and instances')
  }),
  check(203, 'X', 'one SOP Instance UID in two studies: both can be had, or the second is refused with a reason', async ({ client }) => {
    const one = fixture({})
    const two = fixture({ SOPInstanceUID: one.SOPInstanceUID, elements: [['00200013', 'IS', '2']] })
    await storeAll(client, [one])
    const answer = await store(client, [two.bytes])
    if (answer.status === 409) must(failures(answer.json() as DicomJson).some(({ reason }) => typeof reason === 'number'), 'refused without a reason')
    else must((await client.get(instancePath(two), 'application/dicom')).body.equals(two.bytes), 'the second cannot be had')
    must((await client.get(instancePath(one), 'application/dicom')).body.equals(one.bytes), 'the first cannot be had')
  }),
  check(205, 'S', 'what is not stored as it should be is told in a Warning header too', async ({ client }) => {
    must(/^299 /.test(header(await store(client, [fixture({}).bytes, Buffer.from('no object')]), 'warning')), 'no Warning 299')
  }),
  check(206, 'M', 'a new resource is named in Location or Content-Location', async ({ client }) => {
    const one = fixture({})
    const answer = await store(client, [one.bytes])
    must([header(answer, 'location'), header(answer, 'content-location')].some((url) => url.includes(one.StudyInstanceUID)), 'neither names the study')
  }),
  check(207, 'M', 'the answer is DICOM JSON, or XML where that is asked for', async ({ client }) => {
    same(mediaType(await store(client, [fixture({}).bytes])), 'application/dicom+json', 'media type')
    const one = fixture({})
    const { contentType, body } = multipartOf([{ headers: { 'Content-Type': 'application/dicom' }, body: one.bytes }])
    const answer = await client.ask('/studies', { method: 'POST', headers: { 'Content-Type': contentType, Accept: 'application/dicom+xml' }, body })
    same(mediaType(answer), 'application/dicom+xml', 'media type asked for')
    must(answer.body.includes(`>${one.SOPInstanceUID}<`), 'the instance is not named')
  }),
  check(208, 'X', 'what was acknowledged is found and retrieved at once', async ({ client }) => {
    for (let round = 0; round < 5; round++) {
      const one = fixture({})
      await storeAll(client, [one])
      same(dataSets((await client.get(`/studies?StudyInstanceUID=${one.StudyInstanceUID}`)).json()).length, 1, 'studies found')
      status(await client.get(instancePath(one)), 200)
    }
  }),
  check(214, 'X', 'unknown and private SOP classes are stored', async ({ client }) => {
    status(await store(client, [fixture({ SOPClassUID: '1.3.12.2.1107.5.9.1' }).bytes, fixture({ SOPClassUID: newUid() }).bytes]), 200)
  }),
  check(215, 'X', 'a private transfer syntax is stored and comes back as it was', async ({ client }) => {
    const one = fixture({ transferSyntax: '1.2.840.113619.5.2.999' })
    await storeAll(client, [one])
    const answer = await client.get(instancePath(one), 'application/dicom; transfer-syntax=*')
    status(answer, 200)
    must(answer.body.equals(one.bytes), 'the bytes differ')
  }),
  check(217, 'X', 'an upload that is cut off leaves nothing to be seen', async ({ client }) => {
    const one = fixture({ elements: [['00091001', 'OB', Buffer.alloc(300_000, 7)], ['00090010', 'LO', 'X']] })
    const { contentType, body } = multipartOf([{ headers: { 'Content-Type': 'application/dicom' }, body: one.bytes }])
    const answer = await client.ask('/studies', { method: 'POST', headers: { 'Content-Type': contentType }, body: body.subarray(0, 150_000) })
    must(answer.status >= 400 && answer.status < 500, `status ${String(answer.status)}`)
    status(await client.get(instancePath(one)), 404)
    same(await client.get(`/studies?StudyInstanceUID=${one.StudyInstanceUID}`).then((found) => found.status === 204 ? [] : found.json()), [], 'studies found')
    must(header(answer, 'content-type') !== '', 'no report')
  }),
]

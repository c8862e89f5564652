import { setTimeout } from 'node:timers/promises'
import { aStudy, aUID } from '@isocenter/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDb, rows } from '../platform/db.ts'
import { aNewInstance, openCatalogue, otherBytes, studyRowOf, wrongCounts, type TestCatalogue } from './catalogue.fixture.ts'
import { createCatalogue, type NewInstance } from './index.ts'
import { accessTo, newInstance } from './search.fixture.ts'

let given: TestCatalogue
beforeAll(async () => { given = await openCatalogue() })
afterAll(() => given.close())

const setPolicy = (policy: 'keepBoth' | 'replace' | 'reject') =>
  given.db('organisation').where({ organisation_id: given.north.organisationId }).update({ duplicate_policy: policy })

describe('two organisations', () => {
  test('the same object in both is two instances, and neither sees the other', async () => {
    const { catalogue, db, north, south } = given
    const instance = aNewInstance()
    await expect(catalogue.store(north, instance)).resolves.toMatchObject({ outcome: 'created' })
    expect(await catalogue.findInstance(south, instance)).toBeUndefined()
    expect(await catalogue.presence(south, instance)).toBeUndefined()
    expect(await Array.fromAsync(catalogue.instances(south, instance))).toEqual([])
    expect(await Array.fromAsync(catalogue.metadata(south, instance))).toEqual([])

    const theirs = { ...instance, blobKey: `${instance.blobKey}-south` }
    await expect(catalogue.store(south, theirs)).resolves.toMatchObject({ outcome: 'created' })
    expect(await catalogue.findInstance(south, instance)).toMatchObject({ blobKey: theirs.blobKey })
    expect(await catalogue.findInstance(north, instance)).toMatchObject({ blobKey: instance.blobKey })
    expect(await wrongCounts(db)).toEqual([])
  })

  test('no row of one organisation can be tied to a study of another', async () => {
    const { catalogue, db, north, south } = given
    const instance = aNewInstance()
    await catalogue.store(north, instance)
    const study = await studyRowOf(db, north, instance)
    await expect(db('series').insert({ organisation_id: south.organisationId, study_key: study?.['study_key'] as string, series_instance_uid: aUID(), attributes: '{}' }))
      .rejects.toMatchObject({ code: '23503' })
  })

  test('an access to some studies stores into no other', async () => {
    const { catalogue, north } = given
    const instance = aNewInstance()
    await expect(catalogue.store(accessTo(north.organisationId, [aUID()]), instance)).rejects.toThrow('does not reach')
    expect(await catalogue.presence(north, instance)).toBeUndefined()
  })
})

describe('storing', () => {
  test('what was stored is found with all that was said of it', async () => {
    const { catalogue, north } = given
    const instance = { ...aNewInstance({ kind: 'MR' }), layout: Uint8Array.of(0, 255, 92, 39), warnings: [{ code: 'odd', tag: '00080020' }] }
    await catalogue.store(north, instance)
    const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, SOPClassUID, transferSyntaxUID, blobKey, byteLength } = instance
    expect(await catalogue.findInstance(north, instance)).toMatchObject({
      StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, SOPClassUID, transferSyntaxUID, blobKey, byteLength, version: 1,
      sha256: instance.sha256, layout: Buffer.from(instance.layout), storedAt: expect.any(Date) as Date,
    })
    expect(await Array.fromAsync(catalogue.metadata(north, instance), ({ json }) => json)).toEqual([instance.metadataText])
  })

  test('a study counts its series and instances and names its modalities and SOP classes', async () => {
    const { catalogue, db, north } = given
    const study = aStudy({ series: [{ kind: 'CT', instances: 3 }, { kind: 'MR', instances: 2 }, { kind: 'CT', instances: 1 }], PixelData: undefined })
    await Promise.all(study.instances.map((one) => catalogue.store(north, newInstance(one))))
    expect(await studyRowOf(db, north, study)).toMatchObject({
      number_of_study_related_series: 3,
      number_of_study_related_instances: 6,
      modalities_in_study: ['CT', 'MR'],
      sop_classes_in_study: ['1.2.840.10008.5.1.4.1.1.2', '1.2.840.10008.5.1.4.1.1.4'],
    })
    expect(await wrongCounts(db)).toEqual([])
  })

  test('the first value that is not empty stays, and what is empty is filled in', async () => {
    const { catalogue, db, north } = given
    const StudyInstanceUID = aUID()
    const SeriesInstanceUID = aUID()
    const say = (attributes: object) => catalogue.store(north, aNewInstance({ StudyInstanceUID, SeriesInstanceUID, PatientID: 'P1', ...attributes }))
    await say({ PatientName: null, StudyDate: undefined, AccessionNumber: '', Modality: null, SeriesDescription: undefined })
    await say({ PatientName: 'Li^Na', StudyDate: '20260102', StudyTime: '0815', AccessionNumber: 'A7', Modality: 'CT', PatientAge: '044Y', SeriesDescription: null })
    await say({ PatientName: 'Wang^Wei', StudyDate: '20250101', AccessionNumber: 'A8', Modality: 'MR', SeriesDescription: 'Axial' })
    expect(await studyRowOf(db, north, { StudyInstanceUID })).toMatchObject({
      patient_id: 'P1', patient_name: 'Li^Na', study_date: '20260102', accession_number: 'A7', modalities_in_study: ['CT'], sort_key: expect.stringMatching(/^20260102/) as string,
    })
    expect(await db('series').where({ series_instance_uid: SeriesInstanceUID }).first<object>()).toMatchObject({ modality: 'CT', series_description: 'Axial' })
    const row = await studyRowOf(db, north, { StudyInstanceUID })
    expect(row?.['attributes']).toContain('Li^Na')
    expect(row?.['more_attributes']).toContain('044Y')
    expect(await wrongCounts(db)).toEqual([])
  })

  test('the same SOP Instance UID in another series or study is another instance', async () => {
    const { catalogue, db, north } = given
    const instance = aNewInstance()
    const { StudyInstanceUID, SOPInstanceUID } = instance
    const places = [{}, { StudyInstanceUID }, {}].map((place) => aNewInstance({ SOPInstanceUID, ...place }))
    for (const one of [instance, ...places]) await expect(catalogue.store(north, one)).resolves.toMatchObject({ outcome: 'created' })
    for (const one of [instance, ...places]) expect(await catalogue.findInstance(north, one)).toMatchObject({ blobKey: one.blobKey })
    expect(await wrongCounts(db)).toEqual([])
  })

  test('the revision of study and series changes with every instance, and only then', async () => {
    const { catalogue, north } = given
    const instance = aNewInstance()
    const { StudyInstanceUID, SeriesInstanceUID } = instance
    const revisions = async () => [await catalogue.presence(north, { StudyInstanceUID }), await catalogue.presence(north, { StudyInstanceUID, SeriesInstanceUID })].map((at) => at?.revision)
    await catalogue.store(north, instance)
    const before = await revisions()
    await catalogue.store(north, instance)
    expect(await revisions()).toEqual(before)
    await catalogue.store(north, aNewInstance({ StudyInstanceUID }))
    const [study, series] = await revisions()
    expect(study).not.toBe(before[0])
    expect(series).toBe(before[1])
  })

  test('who stored what into which study is in the audit trail, once for what was stored together', async () => {
    const { catalogue, db, north } = given
    const study = aStudy({ instances: 5, PatientID: 'AUDITED', PixelData: undefined })
    await Promise.all(study.instances.map((one) => catalogue.store(north, newInstance(one))))
    const events = await db('audit_event').where({ study_instance_uid: study.StudyInstanceUID }).select<{ actor: string; action: string; outcome: string; patient_id: string; occurrences: number }[]>()
    expect(events.reduce((sum, { occurrences }) => sum + occurrences, 0)).toBe(5)
    for (const event of events) expect(event).toMatchObject({ actor: 'token:test', action: 'study.store', outcome: 'success', patient_id: 'AUDITED' })
  })

  test('text that Postgres cannot hold does not keep an instance out', async () => {
    const { catalogue, north } = given
    const instance = aNewInstance({ PatientName: 'Li\0^Na', StudyDescription: 'half \ud800 a pair', PatientID: 'x'.repeat(20_000), SeriesDescription: 'back\\slash "quote" \u001f' })
    await expect(catalogue.store(north, instance)).resolves.toMatchObject({ outcome: 'created' })
    expect(await catalogue.findInstance(north, instance)).toBeDefined()
  })

  test('text far longer than its VR allows does not keep an instance out, though no index could hold it', async () => {
    const { catalogue, north } = given
    // Characters that no compression shortens much: what an index entry takes is what they weigh.
    const long = () => Array.from({ length: 3_000 }, () => String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 0x5000))).join('')
    const instance = aNewInstance({
      PatientName: `${long()}^${long()}`, PatientID: long(), AccessionNumber: long(), StudyID: long(), StudyDescription: long(), ReferringPhysicianName: long(),
      IssuerOfPatientID: long(), PatientSex: long(), Modality: long(), SeriesDescription: long(), BodyPartExamined: long(), SeriesNumber: '9'.repeat(400), InstanceNumber: '-9223372036854775809',
      RequestAttributesSequence: [{ ScheduledProcedureStepID: long(), RequestedProcedureID: long() }],
    })
    await expect(catalogue.store(north, instance)).resolves.toMatchObject({ outcome: 'created' })
  })
})

describe('the same object again', () => {
  test('changes nothing and tells that its blob is not needed', async () => {
    const { catalogue, db, north } = given
    const instance = aNewInstance()
    await catalogue.store(north, instance)
    const before = await studyRowOf(db, north, instance)
    const again = { ...instance, blobKey: `${instance.blobKey}-again` }
    await expect(catalogue.store(north, again)).resolves.toEqual({ outcome: 'unchanged', blobKept: false, version: 1 })
    expect(await studyRowOf(db, north, instance)).toEqual(before)
    expect(await catalogue.findInstance(north, instance)).toMatchObject({ blobKey: instance.blobKey })
  })

  test('with other File Meta Information is the same object', async () => {
    const { catalogue, north } = given
    const instance = aNewInstance()
    await catalogue.store(north, instance)
    const byAnotherRoute = { ...instance, blobKey: `${instance.blobKey}-again`, sha256: Buffer.alloc(32, 7) }
    await expect(catalogue.store(north, byAnotherRoute)).resolves.toMatchObject({ outcome: 'unchanged', blobKept: false })
  })

  test('sent many times at once becomes one instance', async () => {
    const { catalogue, db, north } = given
    const instance = aNewInstance()
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => catalogue.store(north, { ...instance, blobKey: `${instance.blobKey}-${index}` })))
    expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(1)
    expect(outcomes.filter(({ outcome, blobKept }) => outcome === 'unchanged' && !blobKept)).toHaveLength(19)
    expect(await studyRowOf(db, north, instance)).toMatchObject({ number_of_study_related_instances: 1 })
  })

  test('whose commit went through unheard keeps its blob', async () => {
    const { catalogue, north } = given
    const instance = aNewInstance()
    await catalogue.store(north, instance)
    await expect(catalogue.store(north, instance)).resolves.toEqual({ outcome: 'created', blobKept: true, version: 1 })
  })
})

describe('other bytes under the same UIDs', () => {
  test('keepBoth: the newest is current, the former is kept as a version', async () => {
    const { catalogue, db, north } = given
    const [first, second] = [aNewInstance({ InstanceNumber: 1 })].flatMap((one) => [one, otherBytes(one, { InstanceNumber: 2 })]) as [NewInstance, NewInstance]
    await catalogue.store(north, first)
    await expect(catalogue.store(north, second)).resolves.toEqual({ outcome: 'newVersion', blobKept: true, version: 2 })
    expect(await catalogue.findInstance(north, first)).toMatchObject({ blobKey: second.blobKey, version: 2, sha256: second.sha256 })
    expect(await Array.fromAsync(catalogue.metadata(north, first), ({ json }) => json)).toEqual([second.metadataText])
    expect(await db('instance_version').where({ blob_key: first.blobKey }).first<object>()).toMatchObject({ version: 1, sha256: first.sha256 })
    expect(await db('instance').where({ blob_key: second.blobKey }).first<object>()).toMatchObject({ instance_number: '2', instance_number_sort: '2' })
    expect(await studyRowOf(db, north, first)).toMatchObject({ number_of_study_related_instances: 1 })
  })

  test('keepBoth: a former version sent again changes nothing, whichever it is', async () => {
    const { catalogue, db, north } = given
    const first = aNewInstance()
    const versions = [first, otherBytes(first), otherBytes(first, { ImageComments: 'corrected again' })]
    for (const one of versions) await catalogue.store(north, one)
    const before = await studyRowOf(db, north, first)
    for (const one of versions) await expect(catalogue.store(north, { ...one, blobKey: `${one.blobKey}-again` })).resolves.toEqual({ outcome: 'unchanged', blobKept: false, version: 3 })
    expect(await catalogue.findInstance(north, first)).toMatchObject({ blobKey: versions[2]?.blobKey, version: 3 })
    expect(await studyRowOf(db, north, first)).toEqual(before)
  })

  test('keepBoth: a version whose commit went unheard, and that was superseded meanwhile, keeps its blob', async () => {
    const { catalogue, north } = given
    const first = aNewInstance()
    const second = otherBytes(first)
    await catalogue.store(north, first)
    await catalogue.store(north, second)
    await expect(catalogue.store(north, first)).resolves.toEqual({ outcome: 'created', blobKept: true, version: 1 })
    expect(await catalogue.findInstance(north, first)).toMatchObject({ blobKey: second.blobKey, version: 2 })
  })

  test('replace: the former blob is given up', async () => {
    const { catalogue, db, north } = given
    await setPolicy('replace')
    const first = aNewInstance()
    const second = otherBytes(first)
    await catalogue.store(north, first)
    await expect(catalogue.store(north, second)).resolves.toEqual({ outcome: 'replaced', blobKept: true, version: 2 })
    expect(await db('obsolete_blob').where({ blob_key: first.blobKey })).toHaveLength(1)
    expect(await db('instance_version').where({ blob_key: first.blobKey })).toEqual([])
    await setPolicy('keepBoth')
  })

  test('reject: the former stays, and the refusal is audited', async () => {
    const { catalogue, db, north } = given
    await setPolicy('reject')
    const first = aNewInstance()
    await catalogue.store(north, first)
    await expect(catalogue.store(north, otherBytes(first))).resolves.toEqual({ outcome: 'refused', blobKept: false, version: 1 })
    expect(await catalogue.findInstance(north, first)).toMatchObject({ blobKey: first.blobKey, version: 1 })
    expect(await db('audit_event').where({ study_instance_uid: first.StudyInstanceUID, outcome: 'refused' })).toHaveLength(1)
    await setPolicy('keepBoth')
  })

  test.each(['keepBoth', 'replace'] as const)('%s: the study and series say what their oldest instance says in its newest version', async (policy) => {
    const { catalogue, db, north } = given
    await setPolicy(policy)
    const first = aNewInstance({ PatientName: 'Wrnog^Name', StudyDate: '20260101', Modality: 'CT', StudyDescription: 'CT Head' })
    const { StudyInstanceUID, SeriesInstanceUID } = first
    const second = aNewInstance({ StudyInstanceUID, SeriesInstanceUID, PatientName: 'Wrnog^Name', StudyDate: '20260101', Modality: 'CT', StudyDescription: undefined })
    for (const one of [first, second]) await catalogue.store(north, one)
    await catalogue.store(north, otherBytes(second, { PatientName: 'Another^Patient', StudyDate: '20260102', Modality: 'MR', StudyDescription: undefined }))
    expect(await studyRowOf(db, north, first)).toMatchObject({ patient_name: 'Wrnog^Name', study_date: '20260101', modalities_in_study: ['CT'] })
    await catalogue.store(north, otherBytes(first, { PatientName: 'Wrong^Name', StudyDate: '20260103', Modality: 'PT', StudyDescription: undefined }))
    expect(await studyRowOf(db, north, first)).toMatchObject({ patient_name: 'Wrong^Name', study_date: '20260103', study_description: null, modalities_in_study: ['PT'] })
    expect(await wrongCounts(db)).toEqual([])
    await setPolicy('keepBoth')
  })

  test('an instance of another SOP class takes the former class out of the study', async () => {
    const { catalogue, db, north } = given
    const first = aNewInstance()
    await catalogue.store(north, first)
    await catalogue.store(north, otherBytes(first, { SOPClassUID: '1.2.840.10008.5.1.4.1.1.7' }))
    expect(await studyRowOf(db, north, first)).toMatchObject({ sop_classes_in_study: ['1.2.840.10008.5.1.4.1.1.7'] })
  })
})

describe('many writers', () => {
  test('four writers over two pools keep every count exact, whatever they send', async () => {
    const { db, url, north, south } = given
    const pools = [createDb(url, 4), createDb(url, 4)]
    const writers = [...pools, ...pools].map((pool) => createCatalogue({ db: pool }))
    // Few UIDs, so that writers meet in studies, series and instances all the time.
    const [studies, series, sops] = [3, 2, 4].map((count) => Array.from({ length: count }, () => aUID())) as [string[], string[], string[]]
    const choice = fc.record({
      writer: fc.nat({ max: 3 }), isSouth: fc.boolean(),
      StudyInstanceUID: fc.constantFrom(...studies), SeriesInstanceUID: fc.constantFrom(...series), SOPInstanceUID: fc.constantFrom(...sops),
      Modality: fc.constantFrom('CT', 'MR', 'SR', null), ImageComments: fc.constantFrom('one', 'other'), isDeletion: fc.nat({ max: 9 }).map((one) => one === 0),
    })
    await fc.assert(fc.asyncProperty(fc.array(choice, { minLength: 50, maxLength: 150 }), async (choices) => {
      await Promise.all(choices.map(async ({ writer, isSouth, isDeletion, ...attributes }) => {
        const catalogue = writers[writer]
        const access = isSouth ? south : north
        if (isDeletion) await catalogue?.delete(access, attributes)
        else await catalogue?.store(access, aNewInstance(attributes))
      }))
      expect(await wrongCounts(db)).toEqual([])
      const claimed = await rows<{ blobs: number }>(db, 'select count(*)::integer as blobs from (select blob_key from instance union all select blob_key from instance_version union all select blob_key from obsolete_blob) as named group by blob_key having count(*) > 1', [])
      expect(claimed).toEqual([])
    }), { numRuns: 8 })
    await Promise.all(writers.map((writer) => writer.close()))
    await Promise.all(pools.map((pool) => pool.destroy()))
    // Told when a session ends: every writer locks in the same order, so none ever had to be sacrificed.
    expect(await rows(db, 'select deadlocks from pg_stat_database where datname = current_database()', [])).toEqual([{ deadlocks: '0' }])
  })

  test('one instance that cannot be stored does not keep out those beside it', async () => {
    const { catalogue, db, north } = given
    const study = aStudy({ instances: 30, PixelData: undefined })
    const outcomes = await Promise.allSettled(study.instances.map((one, index) =>
      catalogue.store(north, { ...newInstance(one), ...(index === 11 ? { byteLength: 2 ** 70 } : {}) })))
    expect(outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([11])
    expect(await studyRowOf(db, north, study)).toMatchObject({ number_of_study_related_instances: 29 })
    expect(await wrongCounts(db)).toEqual([])
  })

  test('an error names no value of the object', async () => {
    const { catalogue, north } = given
    const failure: unknown = await catalogue.store(north, { ...aNewInstance({ PatientName: 'Secret^Name', PatientID: 'SECRET' }), byteLength: 2 ** 70 }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(`${(failure as Error).message} ${(failure as Error).stack ?? ''}`).not.toMatch(/secret/i)
  })

  test('connections that break while writing lose nothing and store nothing twice', async () => {
    const { db, url, north } = given
    const pool = createDb(url, 4)
    const catalogue = createCatalogue({ db: pool })
    const studies = Array.from({ length: 6 }, () => aStudy({ instances: 50, PixelData: undefined }))
    const instances = studies.flatMap((study) => study.instances.map((one) => newInstance(one)))
    const breaking = (async () => {
      for (let time = 0; time < 40; time++) {
        await rows(db, `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle' and random() < 0.5`, [])
        await setTimeout(10)
      }
    })()
    const outcomes = await Promise.all(instances.map((one) => catalogue.store(north, one)))
    await breaking
    for (const [index, one] of instances.entries()) {
      expect(outcomes[index]).toMatchObject({ outcome: 'created', blobKept: true })
      expect(await catalogue.findInstance(north, one)).toMatchObject({ blobKey: one.blobKey })
    }
    expect(await wrongCounts(db)).toEqual([])
    await catalogue.close()
    await pool.destroy()
  })
})

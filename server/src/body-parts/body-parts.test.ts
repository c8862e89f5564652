import type { BodyPart, PartCategory, PartCategoryList, PartImport, PartTag, PartTagList, StudyPage, StudyParts, StudyTagList, TagMatch, TagTest } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { spreadsheetTypes } from '../exports/index.ts'
import { anOrganisationsService, typeOf, type Call, type Method, type OrganisationsService } from '../organisations/service.fixture.ts'
import { matchArrivals, settle } from './background.ts'
import { readSheet } from './read-sheet.ts'
import { aWorkbook } from './sheet.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(async () => {
  // Everything these tests asked for and were given stands in the trail.
  expect(service.unaudited()).toEqual([])
  await service.close()
})

const nowhere = '00000000-0000-4000-8000-000000000000'
async function aHospital(name?: string) {
  const hospital = await service.organisation('hospital', name)
  const headers = await service.as(hospital.slug)
  const { call } = await hospital.member('full')
  const arrive = async (given: Parameters<typeof aStudy>[0] = {}) => {
    const study = aStudy({ instances: 1, ...given })
    expect((await service.store(study.instances.map((instance) => bytesOf(instance)), { headers })).statusCode).toBe(200)
    return study
  }
  return { ...hospital, call, arrive }
}
const categories = async (call: Call) => (await call('GET', '/body-parts')).json<PartCategoryList>().items
const aCategory = async (call: Call, deviceType = 'CT', name = 'Trunk') => (await call('POST', '/part-categories', { deviceType, name })).json<PartCategory>()
const aPart = async (call: Call, categoryId: string, name: string, tagIds: readonly string[] = [], partCount = 1) =>
  (await call('POST', `/part-categories/${categoryId}/parts`, { name, partCount, tagIds })).json<BodyPart>()
const aTag = async (call: Call, name: string, rules: PartTag['rules'], isFinal = false) => (await call('POST', '/part-tags', { name, rules, isFinal })).json<PartTag>()
const equals = (value: string, attribute: PartTag['rules'][number]['attribute'] = 'BodyPartExamined') => ({ attribute, operator: 'equals' as const, value })
const partsOf = async (call: Call, uid: string) => (await call('GET', `/studies/${uid}/parts`)).json<StudyParts>()
const importing = (call: Call, file: Buffer, path = '/body-parts/import') => call('POST', path, file, { 'content-type': spreadsheetTypes.xlsx })

describe('categories and parts', () => {
  test('are made, changed with what was looked at, and deleted; a category when it is empty', async () => {
    const { call } = await aHospital()
    expect(typeOf(await call('POST', '/part-categories', { deviceType: 'DSA', name: 'Vessels' }))).toBe('no-such-device-type')
    const trunk = await aCategory(call)
    expect(typeOf(await call('POST', '/part-categories', { deviceType: 'CT', name: ' trunk' }))).toBe('name-taken')
    expect(trunk).toMatchObject({ deviceType: 'CT', name: 'Trunk', parts: [], version: 1 })
    const chest = await aTag(call, 'chest', [equals('CHEST')])
    const part = await aPart(call, trunk.categoryId, 'Chest', [chest.tagId])
    expect(part).toEqual({ partId: part.partId, name: 'Chest', partCount: 1, tags: [{ tagId: chest.tagId, name: 'chest' }], version: 1 })
    for (const partCount of [0, 1.5, -1, 100]) expect(typeOf(await call('POST', `/part-categories/${trunk.categoryId}/parts`, { name: 'x', partCount, tagIds: [] }))).toBe('bad-request')
    expect(typeOf(await call('POST', `/part-categories/${trunk.categoryId}/parts`, { name: 'CHEST', partCount: 1, tagIds: [] }))).toBe('name-taken')

    const both = await call('PUT', `/body-parts/${part.partId}`, { name: 'Chest and abdomen', partCount: 2, tagIds: [] }, { 'if-match': '"1"' })
    expect(both.json()).toMatchObject({ name: 'Chest and abdomen', partCount: 2, tags: [], version: 2 })
    expect(typeOf(await call('PUT', `/body-parts/${part.partId}`, { name: 'Late', partCount: 1, tagIds: [] }, { 'if-match': '"1"' }))).toBe('changed-meanwhile')
    expect((await call('DELETE', `/part-categories/${trunk.categoryId}`)).json()).toMatchObject({ type: '/problems/part-category-in-use', parts: 1 })
    await call('PATCH', `/part-categories/${trunk.categoryId}`, { name: 'Body' }, { 'if-match': '"1"' })
    expect((await call('DELETE', `/body-parts/${part.partId}`)).statusCode).toBe(204)
    expect((await call('DELETE', `/part-categories/${trunk.categoryId}`)).statusCode).toBe(204)
    expect(await categories(call)).toEqual([])
    // What was asked for with it can still say what it was.
    expect(
      await service.db('body_part').where({ part_id: part.partId }).first('name', 'category_name', 'device_type', 'part_count'),
    ).toEqual({ name: 'Chest and abdomen', category_name: 'Body', device_type: 'CT', part_count: 2 })
  })

  test('all parts of a category go at once, as many as were shown', async () => {
    const { call } = await aHospital()
    const { categoryId } = await aCategory(call)
    for (const name of ['Chest', 'Abdomen', 'Pelvis']) await aPart(call, categoryId, name)
    expect((await call('POST', `/part-categories/${categoryId}/emptying`, { parts: 2 })).json()).toMatchObject({ type: '/problems/other-part-count', parts: 3 })
    expect((await call('POST', `/part-categories/${categoryId}/emptying`, { parts: 3 })).json()).toMatchObject({ categoryId, parts: [] })
    await aPart(call, categoryId, 'Chest')
    expect((await categories(call)).map(({ parts }) => parts.map(({ name }) => name))).toEqual([['Chest']])
  })

  test('a type of devices stays as long as it has categories', async () => {
    const { call } = await aHospital()
    await call('POST', '/device-types', { code: 'DSA', name: 'Angiography', modalities: ['XA'] })
    const { categoryId } = await aCategory(call, 'DSA', 'Vessels')
    expect((await call('DELETE', '/device-types/DSA')).json()).toMatchObject({ type: '/problems/device-type-in-use', partCategories: 1 })
    await call('DELETE', `/part-categories/${categoryId}`)
    expect((await call('DELETE', '/device-types/DSA')).statusCode).toBe(204)
  })

  test('are the hospital’s own: another finds nothing of them, and neither its tags nor its studies', async () => {
    const [north, south] = [await aHospital('North'), await aHospital('South')]
    const trunk = await aCategory(north.call)
    const tag = await aTag(north.call, 'chest', [equals('CHEST')])
    const part = await aPart(north.call, trunk.categoryId, 'Chest', [tag.tagId])
    const study = await north.arrive({ BodyPartExamined: 'CHEST' })
    await partsOf(north.call, study.StudyInstanceUID)
    expect(await categories(south.call)).toEqual([])
    for (const path of ['/part-tags', '/study-tags']) expect((await south.call('GET', path)).json()).toEqual({ items: [] })
    // Found by nobody else, though its tag is known.
    await matchArrivals(service.db)
    expect((await north.call('GET', `/studies?tag=${tag.tagId}`)).json()).toMatchObject({ items: [{ StudyInstanceUID: study.StudyInstanceUID }] })
    expect((await south.call('GET', `/studies?tag=${tag.tagId}`)).json()).toMatchObject({ items: [] })
    const mine = await aCategory(south.call)
    const asked: [Method, string, object | undefined][] = [
      ['PATCH', `/part-categories/${trunk.categoryId}`, { name: 'Mine' }], ['DELETE', `/part-categories/${trunk.categoryId}`, undefined], ['POST', `/part-categories/${trunk.categoryId}/emptying`, { parts: 1 }],
      ['POST', `/part-categories/${trunk.categoryId}/parts`, { name: 'x', partCount: 1, tagIds: [] }],
      ['PUT', `/body-parts/${part.partId}`, { name: 'x', partCount: 1, tagIds: [] }],
      ['DELETE', `/body-parts/${part.partId}`, undefined],
      ['PUT', `/part-tags/${tag.tagId}`, { name: 'x', rules: [], isFinal: false }],
      ['DELETE', `/part-tags/${tag.tagId}`, undefined],
      ['POST', `/part-categories/${mine.categoryId}/parts`, { name: 'x', partCount: 1, tagIds: [tag.tagId] }],
      ['GET', `/body-parts/export?language=en&categoryId=${trunk.categoryId}`, undefined],
      ['GET', `/studies/${study.StudyInstanceUID}/parts`, undefined],
      ['POST', '/part-tags/test', { StudyInstanceUID: study.StudyInstanceUID }],
    ]
    for (const [method, path, body] of asked) expect([path, typeOf(await south.call(method, path, body))]).toEqual([path, expect.stringMatching(/^no-such-/)])
    expect(typeOf(await south.call('PUT', '/part-tags/order', { tagIds: [tag.tagId] }))).toBe('changed-meanwhile')
    expect(await categories(north.call)).toMatchObject([{ name: 'Trunk', parts: [{ name: 'Chest' }] }])
  })

  test('are seen by everybody who works here, and changed by who maintains exam attributes', async () => {
    const hospital = await aHospital()
    const { categoryId } = await aCategory(hospital.call)
    const { call } = await hospital.member('general')
    expect(await categories(call)).toMatchObject([{ categoryId }])
    const asked: [Method, string, object | undefined][] = [
      ['POST', '/part-categories', { deviceType: 'CT', name: 'x' }],
      ['POST', `/part-categories/${categoryId}/parts`, { name: 'x', partCount: 1, tagIds: [] }],
      ['GET', '/part-tags', undefined],
      ['POST', '/part-tags/test', { StudyInstanceUID: '1.2' }],
      ['GET', '/body-parts/export?language=en', undefined], ['PUT', `/body-parts/${nowhere}`, { name: 'x', partCount: 1, tagIds: [] }], ['PUT', '/part-tags/order', { tagIds: [] }],
    ]
    for (const [method, path, body] of asked) expect([path, typeOf(await call(method, path, body))]).toEqual([path, 'forbidden'])
    expect(typeOf(await importing(call, Buffer.from('PK')))).toBe('forbidden')
    const team = await (await service.organisation('team')).member('full')
    expect(typeOf(await team.call('POST', '/part-categories', { deviceType: 'CT', name: 'x' }))).toBe('forbidden')
  })
})

describe('tags', () => {
  const names = (matches: readonly TagMatch[]) => matches.map(({ name }) => name)

  test('are matched as data arrive, again when series come later, and once where nothing has changed', async () => {
    const { call, arrive, organisationId } = await aHospital()
    await aTag(call, 'head', [equals('HEAD')])
    await aTag(call, 'neck', [{ attribute: 'SeriesDescription', operator: 'contains', value: 'neck' }])
    const study = await arrive({ BodyPartExamined: 'HEAD' })
    await matchArrivals(service.db)
    const kept = () => service.db('study_tags')
      .join('study', 'study.study_key', 'study_tags.study_key')
      .where({ study_instance_uid: study.StudyInstanceUID, 'study.organisation_id': organisationId })
      .first<{ matches: TagMatch[]; matched_at: Date }>('matches', 'matched_at')
    const first = await kept()
    expect(first.matches).toMatchObject([{ name: 'head', rule: equals('HEAD'), found: 'HEAD', SeriesInstanceUID: study.series[0]?.SeriesInstanceUID, series: 1 }])
    await matchArrivals(service.db)
    expect((await kept()).matched_at).toEqual(first.matched_at)
    await arrive({ StudyInstanceUID: study.StudyInstanceUID, BodyPartExamined: 'NECK', SeriesDescription: 'Neck 1.0' })
    await matchArrivals(service.db)
    expect(names((await kept()).matches)).toEqual(['head', 'neck'])
  })

  test('are matched whichever way data come: stored by DICOMweb or uploaded in pieces', async () => {
    const { call, organisationId, slug } = await aHospital()
    await aTag(call, 'hand', [equals('HAND')])
    const study = aStudy({ instances: 1, BodyPartExamined: 'HAND' })
    const [bytes] = study.instances.map((instance) => Buffer.from(bytesOf(instance)))
    const headers = { ...await service.as(slug), 'tus-resumable': '1.0.0' }
    const begun = await service.app.inject({ method: 'POST', url: '/api/uploads', headers: { ...headers, 'upload-length': String(bytes?.length) } })
    const ended = await service.app.inject({
      method: 'PATCH',
      url: String(begun.headers.location),
      headers: { ...headers, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' },
      payload: bytes ?? Buffer.alloc(0),
    })
    expect(ended.statusCode).toBe(204)
    await matchArrivals(service.db)
    const [kept] = await service.db('study_tags').where({ organisation_id: organisationId }).select<{ matches: TagMatch[] }[]>('matches')
    expect(kept?.matches).toMatchObject([{ name: 'hand', found: 'HAND' }])
  })

  test('are matched in every study of a long stretch, by several servers at once as by one', async () => {
    const { call, arrive, organisationId } = await aHospital()
    await aTag(call, 'head', [equals('HEAD')])
    for (let one = 0; one < 12; one += 1) await arrive({ BodyPartExamined: one % 2 === 0 ? 'HEAD' : 'FOOT' })
    await Promise.all([matchArrivals(service.db), matchArrivals(service.db)])
    expect((await service.db('study_tags').where({ organisation_id: organisationId }).select<{ matches: TagMatch[] }[]>('matches'))
      .map(({ matches }) => matches.length)
      .sort()).toEqual([...Array<number>(6).fill(0), ...Array<number>(6).fill(1)])
  })

  test('are up to date whenever they are asked for: with what has just arrived, and by rules that have just changed', async () => {
    const { call, arrive } = await aHospital()
    const before = await arrive({ BodyPartExamined: 'KNEE' })
    expect(await partsOf(call, before.StudyInstanceUID)).toEqual({ tags: [], parts: [] })
    const knee = await aTag(call, 'knee', [equals('KNEE')])
    expect(names((await partsOf(call, before.StudyInstanceUID)).tags)).toEqual(['knee'])
    await call('PUT', `/part-tags/${knee.tagId}`, { name: 'knee', rules: [equals('FOOT')], isFinal: false }, { 'if-match': '"1"' })
    expect(names((await partsOf(call, before.StudyInstanceUID)).tags)).toEqual([])
    const foot = await arrive({ BodyPartExamined: 'FOOT' })
    expect(names((await partsOf(call, foot.StudyInstanceUID)).tags)).toEqual(['knee'])
    await call('DELETE', `/part-tags/${knee.tagId}`)
    expect(names((await partsOf(call, foot.StudyInstanceUID)).tags)).toEqual([])
    expect(typeOf(await call('GET', '/studies/1.2.3.4/parts'))).toBe('no-such-study')
  })

  test('find studies in the list: those that were there before their rules as soon as they have been matched again, and meanwhile it is said', async () => {
    const { call, arrive, member, organisationId } = await aHospital()
    const [before, other] = [await arrive({ BodyPartExamined: 'KNEE' }), await arrive({ BodyPartExamined: 'FOOT' })]
    const [knee, foot] = [await aTag(call, 'knee', [equals('KNEE')]), await aTag(call, 'foot', [equals('FOOT')])]
    const doctor = await member('general')
    expect((await doctor.call('GET', '/study-tags')).json<StudyTagList>().items).toEqual([knee, foot].map(({ tagId, name }) => ({ tagId, name })))
    const found = async (...tags: readonly PartTag[]) => {
      const { items, isTagSearchComplete } = (await doctor.call('GET', `/studies?tag=${tags.map(({ tagId }) => tagId).join(',')}`)).json<StudyPage>()
      return [isTagSearchComplete, ...items.map(({ StudyInstanceUID }) => StudyInstanceUID)]
    }
    expect(await found(knee)).toEqual([false])
    // With no time at all nothing is lost: the next run goes on.
    await settle(service.db, undefined, 0)
    expect(await found(knee)).toEqual([false])
    await settle(service.db)
    expect(await found(knee)).toEqual([true, before.StudyInstanceUID])
    expect(await found(foot, knee)).toEqual([true, other.StudyInstanceUID, before.StudyInstanceUID])
    expect((await doctor.call('GET', '/studies')).json<StudyPage>().items.map(({ tags }) => tags)).toEqual([['foot'], ['knee']])
    const arrived = await arrive({ BodyPartExamined: 'KNEE' })
    await matchArrivals(service.db)
    expect(await found(knee)).toEqual([true, arrived.StudyInstanceUID, before.StudyInstanceUID])
    // Rules that change are of every study, too.
    await call('PUT', `/part-tags/${knee.tagId}`, { name: 'knee', rules: [equals('FOOT')], isFinal: false }, { 'if-match': '"1"' })
    expect((await found(knee))[0]).toBe(false)
    await settle(service.db)
    expect(await found(knee)).toEqual([true, other.StudyInstanceUID])
    expect(await found(knee, foot)).toEqual([true, other.StudyInstanceUID])
    for (const tag of ['x', `${knee.tagId},`, knee.tagId.toUpperCase()]) expect(typeOf(await doctor.call('GET', `/studies?tag=${tag}`))).toBe('bad-request')
    expect(await service.db('tag_matching').where({ organisation_id: organisationId }).first('settled_version', 'rules_version')).toEqual({ settled_version: '3', rules_version: '3' })
  })

  test('look at every attribute, codes by code, scheme and meaning', async () => {
    const { call, arrive } = await aHospital()
    const code = (CodeValue: string, CodeMeaning: string) => ({ CodeValue, CodingSchemeDesignator: 'SCT', CodeMeaning })
    const study = await arrive({
      StudyDescription: 'Chest CT', SeriesDescription: 'Lung 1.0', ProtocolName: 'Thorax routine', BodyPartExamined: 'CHEST',
      AnatomicRegionSequence: [code('51185008', 'Thorax')], ProcedureCodeSequence: [code('169069000', 'CT of chest')],
    })
    const rules: Record<string, PartTag['rules'][number]> = {
      part: equals('chest'), study: { attribute: 'StudyDescription', operator: 'contains', value: 'chest' }, series: { attribute: 'SeriesDescription', operator: 'matches', value: '^lung\\b' },
      protocol: equals('thorax routine', 'ProtocolName'),
      code: equals('51185008', 'AnatomicRegionSequence'),
      scheme: equals('SCT:51185008', 'AnatomicRegionSequence'),
      meaning: { attribute: 'ProcedureCodeSequence', operator: 'contains', value: 'of chest' },
      other: equals('SRT:51185008', 'AnatomicRegionSequence'),
    }
    for (const [name, rule] of Object.entries(rules)) await aTag(call, name, [rule])
    expect(names((await partsOf(call, study.StudyInstanceUID)).tags)).toEqual(['part', 'study', 'series', 'protocol', 'code', 'scheme', 'meaning'])
  })

  test('suggest parts of the types of devices a study was made by', async () => {
    const { call, arrive } = await aHospital()
    const chest = await aTag(call, 'chest', [equals('CHEST')])
    const [ct, mr] = [await aCategory(call, 'CT'), await aCategory(call, 'MR')]
    const part = await aPart(call, ct.categoryId, 'Chest', [chest.tagId], 2)
    await aPart(call, mr.categoryId, 'Heart', [chest.tagId])
    const gone = await aPart(call, ct.categoryId, 'Lung', [chest.tagId])
    await call('DELETE', `/body-parts/${gone.partId}`)
    const study = await arrive({ BodyPartExamined: 'CHEST', Modality: 'CT' })
    expect((await partsOf(call, study.StudyInstanceUID)).parts).toEqual([{ partId: part.partId, name: 'Chest', partCount: 2, deviceType: 'CT', category: 'Trunk', tagIds: [chest.tagId] }])
  })

  test('are tried in their order; a rule that is none is refused', async () => {
    const { call, arrive } = await aHospital()
    const [one, both] = [await aTag(call, 'one', [equals('CHEST')]), await aTag(call, 'all', [equals('CHEST')], true)]
    const study = await arrive({ BodyPartExamined: 'CHEST' })
    expect(names((await partsOf(call, study.StudyInstanceUID)).tags)).toEqual(['one', 'all'])
    expect((await call('PUT', '/part-tags/order', { tagIds: [both.tagId, one.tagId] })).json<PartTagList>().items.map(({ name }) => name)).toEqual(['all', 'one'])
    expect(names((await partsOf(call, study.StudyInstanceUID)).tags)).toEqual(['all'])
    expect(typeOf(await call('PUT', '/part-tags/order', { tagIds: [both.tagId] }))).toBe('changed-meanwhile')
    expect(typeOf(await call('POST', '/part-tags', { name: 'back', rules: [{ attribute: 'ProtocolName', operator: 'matches', value: '(a)\\1' }], isFinal: false }))).toBe('invalid-tag-rule')
    for (const name of ['a;b', 'a；b', ' ', 'ONE']) expect([name, typeOf(await call('POST', '/part-tags', { name, rules: [], isFinal: false }))]).toEqual([name, name === 'ONE' ? 'name-taken' : 'bad-request'])
  })

  test('are tried on a study before they are kept', async () => {
    const { call, arrive } = await aHospital()
    const chest = await aTag(call, 'chest', [equals('THORAX')])
    const study = await arrive({ series: [{ BodyPartExamined: 'CHEST' }, { BodyPartExamined: 'CHEST' }], StudyDescription: 'CT chest' })
    const tried = async (tag?: object) => (await call('POST', '/part-tags/test', { StudyInstanceUID: study.StudyInstanceUID, ...(tag && { tag }) })).json<TagTest>()
    const none = await tried()
    expect(none.tags).toEqual([])
    expect(none.values).toEqual(expect.arrayContaining([{ attribute: 'BodyPartExamined', value: 'CHEST', series: 2 }, { attribute: 'StudyDescription', value: 'CT chest', series: 2 }]))
    expect((await tried({ tagId: chest.tagId, name: 'chest', rules: [equals('THORAX'), equals('CHEST')], isFinal: false })).tags).toMatchObject([{ name: 'chest', rule: equals('CHEST'), series: 2 }])
    expect(names((await tried({ name: 'new', rules: [{ attribute: 'StudyDescription', operator: 'contains', value: 'chest' }], isFinal: false })).tags)).toEqual(['new'])
    expect((await tried()).tags).toEqual([])
    expect(await partsOf(call, study.StudyInstanceUID)).toMatchObject({ tags: [] })
    expect(typeOf(await call('POST', '/part-tags/test', { StudyInstanceUID: study.StudyInstanceUID, tag: { tagId: nowhere, name: 'x', rules: [], isFinal: false } }))).toBe('no-such-part-tag')
  })
})

describe('spreadsheets', () => {
  const columns = ['Device type', 'Part category', 'Part name', 'Tags', 'Part count']

  test('what was exported is imported again as it is, here without a change and elsewhere whole', async () => {
    const [north, south] = [await aHospital('North'), await aHospital('South')]
    const [chest, lung] = [await aTag(north.call, 'chest', [equals('CHEST')]), await aTag(north.call, '肺', [])]
    const [trunk, limbs] = [await aCategory(north.call), await aCategory(north.call, 'DR', '四肢')]
    await aPart(north.call, trunk.categoryId, 'Chest & abdomen', [chest.tagId, lung.tagId], 2)
    await aPart(north.call, limbs.categoryId, '=膝', [])
    for (const language of ['en', 'zh-CN']) {
      const { rawPayload, headers } = await north.call('GET', `/body-parts/export?language=${language}`)
      expect(headers['content-type']).toBe(spreadsheetTypes.xlsx)
      expect((await readSheet(rawPayload)).slice(1).map(({ cells }) => cells)).toEqual([['CT', 'Trunk', 'Chest & abdomen', 'chest; 肺', '2'], ['DR', '四肢', '=膝', '', '1']])
      expect((await importing(north.call, rawPayload)).json<PartImport>()).toMatchObject({ isDone: true, created: 0, changed: 0, unchanged: 2, newCategories: [], newTags: [], errors: [] })
    }
    const { rawPayload } = await north.call('GET', `/body-parts/export?language=en&categoryId=${limbs.categoryId}`)
    expect((await readSheet(rawPayload)).slice(1)).toHaveLength(1)

    const whole = (await north.call('GET', '/body-parts/export?language=zh-CN')).rawPayload
    const expected = { created: 2, changed: 0, unchanged: 0, newCategories: [{ deviceType: 'CT', name: 'Trunk' }, { deviceType: 'DR', name: '四肢' }], newTags: ['chest', '肺'], errors: [], isCut: false }
    expect((await importing(south.call, whole, '/body-parts/import/check')).json()).toEqual({ ...expected, isDone: false })
    expect(await categories(south.call)).toEqual([])
    expect((await importing(south.call, whole)).json()).toEqual({ ...expected, isDone: true })
    const told = async (call: Call) => (await categories(call)).map(({ deviceType, name, parts }) => [deviceType, name, ...parts.map((part) => [part.name, part.partCount, part.tags.map((tag) => tag.name)])])
    expect(await told(south.call)).toEqual(await told(north.call))
  })

  test('rows change what is there by type, category and name; with one bad row nothing is imported', async () => {
    const { call } = await aHospital()
    const chest = await aTag(call, 'chest', [])
    const { categoryId } = await aCategory(call)
    const part = await aPart(call, categoryId, 'Chest', [chest.tagId])
    const good = [['CT', 'trunk', 'chest', 'Heart', 3], ['CT', 'Trunk', 'Neck', 'chest；heart', 1]] as const
    const bad = await aWorkbook([columns, ...good, [], ['XX', 'Trunk', 'Neck', '', 1]])
    expect((await importing(call, bad, '/body-parts/import/check')).json<PartImport>()).toMatchObject({ created: 1, changed: 1, errors: [{ row: 5, column: 'deviceType', problem: 'unknownDeviceType', value: 'XX' }] })
    expect((await importing(call, bad)).json()).toMatchObject({ type: '/problems/part-import-refused', errors: [{ row: 5 }] })
    expect(await categories(call)).toMatchObject([{ parts: [{ name: 'Chest', version: 1 }] }])
    expect((await importing(call, await aWorkbook([columns, ...good]))).json<PartImport>()).toMatchObject({ isDone: true, created: 1, changed: 1, newTags: ['Heart'] })
    expect((await categories(call))[0]?.parts.map(({ partId, name, partCount, tags }) => [
      partId === part.partId,
      name,
      partCount,
      tags.map((tag) => tag.name),
    ])).toEqual([[true, 'chest', 3, ['Heart']], [false, 'Neck', 1, ['chest', 'Heart']]])
  })

  test('a list as long as there may be goes in and out', async () => {
    const { call } = await aHospital()
    const rows = Array.from({ length: 3_000 }, (_, index) => ['CT', `Category ${String(index % 100)}`, `Part ${String(index)}`, `tag ${String(index % 50)}`, 1 + index % 3])
    const file = await aWorkbook([columns, ...rows])
    expect((await importing(call, file)).json<PartImport>()).toMatchObject({ created: 3_000, isDone: true })
    expect((await importing(call, (await call('GET', '/body-parts/export?language=en')).rawPayload)).json<PartImport>()).toMatchObject({ unchanged: 3_000, changed: 0 })
    expect(typeOf(await importing(call, await aWorkbook([columns, ['CT', 'x', 'One more', '', 1]])))).toBe('too-many-of-a-kind')
  }, 60_000)

  test('what cannot be read is refused with why', async () => {
    const { call } = await aHospital()
    const old = await call('POST', '/body-parts/import', Buffer.from('d0cf11e0a1b11ae1', 'hex'), { 'content-type': 'application/vnd.ms-excel' })
    expect(old.json()).toMatchObject({ type: '/problems/unreadable-spreadsheet', reason: 'oldExcel', detail: expect.stringContaining('Save it as .xlsx') as unknown })
    expect((await importing(call, Buffer.from('Name\r\n'), '/body-parts/import/check')).json()).toMatchObject({ reason: 'noSpreadsheet' })
    expect((await importing(call, await aWorkbook([['Name'], ['Chest']]))).json()).toMatchObject({ reason: 'headings' })
    expect(typeOf(await call('POST', '/body-parts/import', { rows: [] }))).toBe('bad-request')
    expect((await importing(call, Buffer.alloc(5 * 1024 * 1024))).statusCode).toBe(413)
  })
})

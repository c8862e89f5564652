/** Rules that have objects compressed in the background, and put back. */
import { CodecError } from '@isocenter/codecs'
import { attributes, aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from '../catalogue/index.ts'
import type { FormDeps } from './change-form.ts'
import { endRule, recompressionRules, setRule } from './index.ts'
import { aRecompressingService, asStored, ELE, pathOf, signal, smoothCT, value, type RecompressingService } from './recompression.fixture.ts'
import { inTurn, isWithin, recompressionTasks, workOff } from './tasks.ts'

let at: RecompressingService
beforeAll(async () => { at = await aRecompressingService() })
afterAll(() => at.close())
afterEach(() => at.forgetAll())

describe('a rule', () => {
  const rule = { modalities: undefined, sopClasses: undefined, transferSyntaxes: [ELE], minimumAgeHours: 0, fromHour: 0, toHour: 0, bytesPerSecond: 1e12 }
  const slice = async (now = new Date(Date.now() + 60_000)) => {
    for (const one of await recompressionRules(at.service.db)) await workOff(at.deps, one, { signal, now: () => now, until: performance.now() + 60_000, heldAtOnce: 2 })
  }

  test('takes what it names of its organisation alone, goes on where it ended, and puts all back', async () => {
    const study = aStudy({ instances: 3 })
    for (const instance of study.instances) await at.stored({ ...smoothCT(), ...attributes({ StudyInstanceUID: study.StudyInstanceUID, SOPInstanceUID: value(instance, '00080018') }) })
    const theirs = smoothCT()
    const south = await at.service.as('south')
    await at.service.store([bytesOf(theirs)], { headers: south })
    await setRule(at.service.db, { ...rule, organisationId: at.north, modalities: ['MR'] })
    await slice()
    expect(await at.original()).toHaveLength(0)
    await setRule(at.service.db, { ...rule, organisationId: at.north, modalities: ['CT'] })
    await slice()
    expect(await at.original()).toHaveLength(3)
    const state = (await recompressionRules(at.service.db))[0]
    expect(state).toMatchObject({ recompressed: 3, leftAlone: 0 })
    expect(state?.savedBytes).toBeGreaterThan(0)
    const southId = (await ensureDefaultOrganisation(at.service.db, 'south')).organisationId
    expect(await at.candidates(southId)).toHaveLength(1)
    expect((await at.service.get(pathOf(theirs), { ...asStored, ...south })).headers['content-type']).toContain(ELE)
    await slice()
    expect((await recompressionRules(at.service.db))[0]).toMatchObject({ recompressed: 3 })
    await endRule(at.service.db, at.north, { isReversing: true })
    await slice()
    expect(await at.original()).toEqual([])
  })

  test('passes over an object whose bytes are lost, and goes on behind it', async () => {
    const [lost, sound] = [smoothCT(), smoothCT()]
    await at.stored(lost)
    await at.stored(sound)
    const [first] = await at.candidates()
    expect(first?.SOPInstanceUID).toBe(value(lost, '00080018'))
    await at.service.blobs.delete(first?.blobKey ?? '')
    await setRule(at.service.db, { ...rule, organisationId: at.north })
    await slice()
    expect((await at.original()).map(({ candidate }) => candidate.SOPInstanceUID)).toEqual([value(sound, '00080018')])
    expect((await recompressionRules(at.service.db))[0]).toMatchObject({ recompressed: 1, leftAlone: 1, leftBecause: { 'its bytes are not there': 1 } })
  })

  test('that puts back says what it left behind and why, and tries that again a day later', async () => {
    const json = smoothCT()
    const bytes = await at.stored(json)
    await setRule(at.service.db, { ...rule, organisationId: at.north })
    await slice()
    expect(await at.original()).toHaveLength(1)
    await endRule(at.service.db, at.north, { isReversing: true })
    const slow: FormDeps = { ...at.deps, transcoding: { ...at.transcoding, nativeFrame: () => Promise.reject(new CodecError('timeout', 'it took too long')) } }
    const reversing = async (given: FormDeps, hoursLater: number) => {
      for (const one of await recompressionRules(at.service.db)) await workOff(given, one, { signal, now: () => new Date(Date.now() + hoursLater * 3_600_000), until: performance.now() + 60_000 })
      return (await recompressionRules(at.service.db))[0]
    }
    const state = await reversing(slow, 0)
    expect(state).toMatchObject({ leftAlone: 1, leftBecause: { timeout: 1 }, visitedTo: '0' })
    expect(state?.resumesAt?.getTime()).toBeGreaterThan(Date.now() + 23 * 3_600_000)
    await reversing(at.deps, 1)
    expect(await at.original()).toHaveLength(1)
    expect(await reversing(at.deps, 25)).toMatchObject({ leftAlone: 0, leftBecause: {}, resumesAt: undefined, recompressed: 0 })
    expect(await at.original()).toEqual([])
    expect((await at.service.get(pathOf(json), asStored)).rawPayload.equals(bytes)).toBe(true)
  })

  test('is worked off by the task every server has, one slice at a time', async () => {
    await at.stored(smoothCT())
    await setRule(at.service.db, { ...rule, organisationId: at.north })
    await at.service.db('instance').update({ stored_at: new Date(Date.now() - 60_000) })
    let decoded = 0
    const counting: FormDeps = { ...at.deps, transcoding: { ...at.transcoding, frame: (...asked) => {
      decoded++
      return at.transcoding.frame(...asked)
    } } }
    const { tasks, schedule } = recompressionTasks(counting)
    expect(schedule).toEqual(['*/5 * * * * recompress'])
    const slice = async () => tasks['recompress']?.(undefined, { signal, again: () => Promise.resolve() })
    await slice()
    expect(await at.original()).toHaveLength(1)
    const forOne = decoded
    await at.stored(smoothCT())
    await at.service.db('instance').update({ stored_at: new Date(Date.now() - 60_000) })
    await Promise.all([slice(), slice()])
    expect([decoded, (await at.original()).length, (await recompressionRules(at.service.db))[0]?.leftAlone]).toEqual([2 * forOne, 2, 0])
  })

  test('has its turn: each slice begins with another', () => {
    const at = (slices: number) => inTurn(['north', 'south', 'west'], new Date(slices * 5 * 60_000)).join()
    expect([at(0), at(1), at(2), at(3)]).toEqual(['north,south,west', 'south,west,north', 'west,north,south', 'north,south,west'])
    expect(inTurn([], new Date())).toEqual([])
  })

  test('waits for an object to come of age, and for its hours', async () => {
    await at.stored(smoothCT())
    await setRule(at.service.db, { ...rule, organisationId: at.north, minimumAgeHours: 24 })
    await slice()
    expect(await at.original()).toEqual([])
    await slice(new Date(Date.now() + 25 * 3_600_000))
    expect(await at.original()).toHaveLength(1)
    expect([isWithin(23, 20, 5), isWithin(4, 20, 5), isWithin(5, 20, 5), isWithin(12, 20, 5), isWithin(3, 0, 0), isWithin(8, 8, 9), isWithin(9, 8, 9)]).toEqual([true, true, false, false, true, true, false])
  })
})

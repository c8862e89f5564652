import type { Device, DeviceType, DeviceTypeList } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noteArrivals } from './device-arrivals.ts'
import { anOrganisationsService, typeOf, type Call, type OrganisationsService } from './service.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(async () => {
  // Everything these tests asked for and were given stands in the trail.
  expect(service.unaudited()).toEqual([])
  await service.close()
})

const codes = async (call: Call) => (await call('GET', '/device-types')).json<DeviceTypeList>().items.map(({ code }) => code)
const basic = ['MR', 'CT', 'DR', 'DX', 'US']

describe('types of devices', () => {
  test('every hospital has the five basic ones, which nobody changes or removes', async () => {
    const { call } = await (await service.organisation('hospital')).member('full')
    const { items } = (await call('GET', '/device-types')).json<DeviceTypeList>()
    expect(items.map(({ code }) => code)).toEqual(basic)
    expect(items.find(({ code }) => code === 'DR')).toMatchObject({ isBasic: true, modalities: ['CR', 'DX', 'DR', 'RG'], actions: [] })
    for (const code of basic) {
      expect(typeOf(await call('DELETE', `/device-types/${code}`))).toBe('basic-device-type')
      expect(typeOf(await call('PATCH', `/device-types/${code}`, { name: 'Mine' }))).toBe('basic-device-type')
      expect(typeOf(await call('POST', '/device-types', { code, name: 'Mine', modalities: ['MR'] }))).toBe('name-taken')
    }
  })

  test('its own stand for modalities, belong to it alone, and go only when no device is of them', async () => {
    const [north, south] = [await service.organisation('hospital', 'North'), await service.organisation('hospital', 'South')]
    const [{ call }, other, doctor] = [await north.member('full'), await south.member('full'), await north.member('general')]
    const made = await call('POST', '/device-types', { code: 'DSA', name: 'Angiography', modalities: ['XA', 'RF'] })
    expect(made.json()).toEqual({ code: 'DSA', name: 'Angiography', modalities: ['XA', 'RF'], isBasic: false, devices: 0, version: 1, actions: ['edit', 'delete'] })
    expect(typeOf(await call('POST', '/device-types', { code: 'DSA', name: 'Other', modalities: ['XA'] }))).toBe('name-taken')
    expect(typeOf(await call('POST', '/device-types', { code: 'XA2', name: 'angiography', modalities: ['XA'] }))).toBe('name-taken')
    expect(typeOf(await call('POST', '/device-types', { code: 'XA2', name: 'None', modalities: [] }))).toBe('bad-request')
    expect((await doctor.call('GET', '/device-types')).json<DeviceTypeList>().items.at(-1)).toMatchObject({ code: 'DSA', actions: [] })

    expect(await codes(other.call)).toEqual(basic)
    expect(typeOf(await other.call('PATCH', '/device-types/DSA', { name: 'Mine' }))).toBe('no-such-device-type')
    expect(typeOf(await other.call('DELETE', '/device-types/DSA'))).toBe('no-such-device-type')
    expect(typeOf(await other.call('POST', '/devices', { name: 'Suite', type: 'DSA' }))).toBe('no-such-device-type')

    const device = (await call('POST', '/devices', { name: 'Suite', type: 'DSA' })).json<Device>()
    expect((await call('DELETE', '/device-types/DSA')).json()).toMatchObject({ type: '/problems/device-type-in-use', devices: 1 })
    const renamed = await call('PATCH', '/device-types/DSA', { name: 'Cath lab', modalities: ['XA'] }, { 'if-match': made.headers['etag'] as string })
    expect(renamed.json<DeviceType>()).toMatchObject({ name: 'Cath lab', modalities: ['XA'], devices: 1, version: 2, actions: ['edit'] })
    expect(typeOf(await call('PATCH', '/device-types/DSA', { name: 'Late' }, { 'if-match': '"1"' }))).toBe('changed-meanwhile')
    await call('PATCH', `/devices/${device.deviceId}`, { type: 'CT' })
    expect((await call('DELETE', '/device-types/DSA')).statusCode).toBe(204)
    expect(await codes(call)).toEqual(basic)
    expect(typeOf(await call('PATCH', `/devices/${device.deviceId}`, { type: 'DSA' }))).toBe('no-such-device-type')
  })

  test('a device of before keeps a type that is in no list', async () => {
    const hospital = await service.organisation('hospital')
    const { call } = await hospital.member('full')
    const [row] = await service.db('device').insert({ organisation_id: hospital.organisationId, number: 1, name: 'Old', type: 'TG' }).returning<{ device_id: string }[]>('device_id')
    expect((await call('PATCH', `/devices/${row?.device_id}`, { name: 'Old one', type: 'TG' })).json()).toMatchObject({ name: 'Old one', type: 'TG' })
  })
})

describe('when something last came from a device', () => {
  const seen = async (call: Call, deviceId: string) => (await call('GET', `/devices/${deviceId}`)).json<Device>().lastSeenAt

  test('is known by its station name, of its own hospital, since it has that', async () => {
    const [north, south] = [await service.organisation('hospital', 'North'), await service.organisation('hospital', 'South')]
    const [{ call }, other] = [await north.member('full'), await south.member('full')]
    const headers = await service.as(north.slug)
    const arrive = async (StationName: string) => {
      const study = aStudy({ instances: 1, StationName, Modality: 'XA' })
      expect((await service.store(study.instances.map((instance) => bytesOf(instance)), { headers })).statusCode).toBe(200)
      await noteArrivals(service.db)
    }
    await arrive('CTROOM')
    const ct = (await call('POST', '/devices', { name: 'CT 1', type: 'CT', stationName: 'CTROOM' })).json<Device>()
    const mr = (await call('POST', '/devices', { name: 'MR 1', type: 'MR', stationName: 'MRROOM' })).json<Device>()
    const theirs = (await other.call('POST', '/devices', { name: 'CT 1', type: 'CT', stationName: 'CTROOM' })).json<Device>()
    await noteArrivals(service.db)
    expect(await seen(call, ct.deviceId)).toBeUndefined()

    await arrive('CTROOM')
    const first = await seen(call, ct.deviceId)
    expect(Math.abs(Date.parse(first ?? '') - Date.now())).toBeLessThan(60_000)
    expect([await seen(call, mr.deviceId), await seen(other.call, theirs.deviceId)]).toEqual([undefined, undefined])
    await arrive('CTROOM')
    expect(Date.parse(await seen(call, ct.deviceId) ?? '')).toBeGreaterThan(Date.parse(first ?? ''))

    await call('PATCH', `/devices/${ct.deviceId}`, { name: 'CT 2', stationName: 'CTROOM' })
    expect(await seen(call, ct.deviceId)).toBeDefined()
    await call('PATCH', `/devices/${ct.deviceId}`, { stationName: 'CTNEW' })
    expect(await seen(call, ct.deviceId)).toBeUndefined()
  })
})

test('studies are found by a type of the hospital’s own', async () => {
  const hospital = await service.organisation('hospital')
  const { call } = await hospital.member('full')
  const headers = await service.as(hospital.slug)
  const angiography = aStudy({ instances: 1, Modality: 'XA' })
  for (const study of [angiography, aStudy({ instances: 1 })]) await service.store(study.instances.map((instance) => bytesOf(instance)), { headers })
  const found = async (examType: string) => (await call('GET', `/studies?examType=${examType}`)).json<{ items: { StudyInstanceUID: string }[] }>().items.map(({ StudyInstanceUID }) => StudyInstanceUID)
  expect(await found('DSA')).toEqual([])
  await call('POST', '/device-types', { code: 'DSA', name: 'Angiography', modalities: ['XA', 'RF'] })
  expect(await found('DSA')).toEqual([angiography.StudyInstanceUID])
  expect(await found('MR,DSA')).toEqual([angiography.StudyInstanceUID])
  expect(await found('DSA,CT')).toHaveLength(2)
})

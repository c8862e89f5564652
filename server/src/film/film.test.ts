/** Films: what is collected, what is printed of it and by whom, and that nobody else sees it. */
import { maxFilmItems, type FilmBasket, type PrintJob, type PrintJobPage, type PrintOrder, type PrintSettings } from '@isocenter/contracts'
import { encodeInstance } from '@isocenter/dicom'
import { attributes } from '@isocenter/testkit/instances'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { administrator, aReport, apiOf, aState, type TestGateway } from '../gateways/gateways.fixture.ts'
import { anOrganisationsService, typeOf, type OrganisationsService } from '../organisations/service.fixture.ts'
import { aHospital } from '../sharing/sharing.fixture.ts'

let service: OrganisationsService
let now = new Date()
beforeAll(async () => { service = await anOrganisationsService(() => now) })
afterAll(() => service.close())

type Hospital = Awaited<ReturnType<typeof aHospital>>
type Study = ReturnType<typeof aStudy>

/** A CT of 16 x 16 pixels of 16 mm each: 256 mm in all. */
async function aStored(hospital: Hospital, instances = 3): Promise<Study> {
  const study = aStudy({ series: [{ kind: 'CT', instances }, { kind: 'CT', instances: 1 }] })
  const stored = await service.store(study.instances.map((instance) => bytesOf({ ...instance, ...attributes({ PixelSpacing: [16, 16] }) })), { headers: hospital.headers })
  expect(stored.statusCode).toBe(200)
  return study
}

const seriesOf = ({ StudyInstanceUID, series }: Study, index = 0) => ({ StudyInstanceUID, SeriesInstanceUID: series[index]?.SeriesInstanceUID ?? '' })
const imageOf = (study: Study, index: number, series = 0) => ({ ...seriesOf(study, series), SOPInstanceUID: String(study.series[series]?.instances[index]?.['00080018']?.Value?.[0]), frame: 1 })
const collect = (hospital: Hospital, study: Study, series = 0) => hospital.doctor.call('POST', '/film/basket', { series: seriesOf(study, series) })
const basketOf = async (hospital: Hospital): Promise<FilmBasket['items']> => (await hospital.doctor.call('GET', '/film/basket')).json<FilmBasket>().items

const settings: PrintSettings = { columns: 2, rows: 1, FilmOrientation: 'PORTRAIT', FilmSizeID: '14INX17IN', isTrueSize: false, texts: [], colour: 'grayscale', copies: 1, PrintPriority: 'MED' }
const filmPrinter = { printerId: 'film', name: 'Film printer', colour: 'grayscale', filmSizes: ['14INX17IN', 'A3'], mediumTypes: ['BLUE FILM'], maxCopies: 2 } as const

/** A gateway with one film printer, and what it asks of the server. */
async function aGatewayWithPrinter(hospital: Hospital) {
  const api = apiOf(service)
  const gateway: TestGateway = await api.aGateway(hospital.slug)
  const bearer = await api.bearerOf(gateway)
  const report = (more: Parameters<typeof aReport>[0] = {}) => api.call(
    'POST',
    '/gateways/self/report',
    bearer,
    aReport({
      state: aState({ printers: [{ ...filmPrinter, filmSizes: [...filmPrinter.filmSizes], mediumTypes: [...filmPrinter.mediumTypes] }] }),
      ...more,
    }),
  )
  expect((await report()).statusCode).toBe(200)
  return { ...gateway, report, get: (path: string) => api.call('GET', path, bearer), printer: { gatewayId: gateway.gatewayId, printerId: 'film' } }
}

async function printed(hospital: Hospital, given: Partial<PrintSettings> = {}, more: object = {}): Promise<PrintJob> {
  const items = (await basketOf(hospital)).map(({ itemId }) => itemId)
  const answer = await hospital.doctor.call('POST', '/film/print-jobs', { items, settings: { ...settings, ...given }, ...more })
  expect([answer.statusCode, answer.body]).toEqual([201, expect.anything()])
  return answer.json<PrintJob>()
}

describe('a basket', () => {
  test('takes a series in its order, and single images with their window; an image collected twice keeps its place', async () => {
    const hospital = await aHospital(service)
    const study = await aStored(hospital)
    expect((await collect(hospital, study)).json()).toEqual({ added: 3, items: 3 })
    const again = await hospital.doctor.call('POST', '/film/basket', { images: [{ ...imageOf(study, 1), window: { center: 40, width: 400 } }, imageOf(study, 0, 1)] })
    expect(again.json()).toEqual({ added: 1, items: 4 })
    const items = await basketOf(hospital)
    expect(items.map(({ SOPInstanceUID, window }) => [SOPInstanceUID, window])).toEqual([
      [imageOf(study, 0).SOPInstanceUID, undefined], [imageOf(study, 1).SOPInstanceUID, { center: 40, width: 400 }], [imageOf(study, 2).SOPInstanceUID, undefined], [imageOf(study, 0, 1).SOPInstanceUID, undefined],
    ])
    await hospital.doctor.call('DELETE', `/film/basket/${items[0]?.itemId}`)
    expect(await basketOf(hospital)).toHaveLength(3)
    await hospital.doctor.call('DELETE', `/film/basket?study=${study.StudyInstanceUID}`)
    expect(await basketOf(hospital)).toEqual([])
  })

  test('takes nothing that is kept from films, or is not there; what is hidden later drops out', async () => {
    const hospital = await aHospital(service)
    const study = await aStored(hospital)
    await collect(hospital, study)
    const hidden = seriesOf(study)
    await service.db('hidden_series').insert({
      organisation_id: hospital.organisationId,
      study_instance_uid: hidden.StudyInstanceUID,
      series_instance_uid: hidden.SeriesInstanceUID,
      hidden_by: `account:${hospital.doctor.accountId}`,
      hidden_at: now,
    })
    expect(await basketOf(hospital)).toEqual([])
    expect(typeOf(await collect(hospital, study))).toBe('no-such-film-item')
    expect(typeOf(await hospital.doctor.call('POST', '/film/basket', { images: [imageOf(study, 0)] }))).toBe('no-such-film-item')
    expect(typeOf(await hospital.doctor.call('POST', '/film/basket', { images: [imageOf(study, 0, 1), { ...imageOf(study, 0, 1), SOPInstanceUID: '1.2.3' }] }))).toBe('no-such-film-item')
    expect(await basketOf(hospital)).toEqual([])
  })

  test('is full at its bound, and says so', async () => {
    const hospital = await aHospital(service)
    const study = await aStored(hospital, 1)
    const { SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID } = imageOf(study, 0)
    await service.db.raw(`insert into film_item (organisation_id, account_id, study_instance_uid, series_instance_uid, sop_instance_uid, frame, added_at)
      select ?, ?, ?, ?, ?, frame + 1, now() from generate_series(1, ?) frame`, [hospital.organisationId, hospital.doctor.accountId, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, maxFilmItems])
    expect(typeOf(await collect(hospital, study))).toBe('film-basket-full')
    expect(await basketOf(hospital)).toHaveLength(maxFilmItems)
  })

  test('is full at once for an object that says it has two thousand million frames', async () => {
    const hospital = await aHospital(service)
    const study = await aStored(hospital, 1)
    await service.db('instance').where({ sop_instance_uid: imageOf(study, 0).SOPInstanceUID }).update({ number_of_frames: 2 ** 31 - 1 })
    expect(typeOf(await collect(hospital, study))).toBe('film-basket-full')
  })

  test('takes no frame an image does not have', async () => {
    const hospital = await aHospital(service)
    const study = await aStored(hospital)
    expect(typeOf(await hospital.doctor.call('POST', '/film/basket', { images: [{ ...imageOf(study, 0), frame: 2 }] }))).toBe('no-such-film-item')
  })

  test('does not go beyond its bound, whoever adds at once', async () => {
    const hospital = await aHospital(service)
    const study = await aStored(hospital)
    const { SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID } = imageOf(study, 0)
    await service.db.raw(`insert into film_item (organisation_id, account_id, study_instance_uid, series_instance_uid, sop_instance_uid, frame, added_at)
      select ?, ?, ?, ?, ?, frame + 1, now() from generate_series(1, ?) frame`, [hospital.organisationId, hospital.doctor.accountId, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, maxFilmItems - 1])
    const answers = await Promise.all([0, 1, 2].map((index) => hospital.doctor.call('POST', '/film/basket', { images: [imageOf(study, index)] })))
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409, 409])
  })

  test('is nobody else\'s: not a colleague\'s, not another organisation\'s', async () => {
    const [hospital, other] = [await aHospital(service), await aHospital(service)]
    const study = await aStored(hospital)
    await collect(hospital, study)
    const colleague = await hospital.member('full')
    expect((await colleague.call('GET', '/film/basket')).json()).toEqual({ items: [] })
    expect(typeOf(await collect(other, study))).toBe('no-such-film-item')
    const [item] = await basketOf(hospital)
    expect(typeOf(await colleague.call('DELETE', `/film/basket/${item?.itemId}`))).toBe('no-such-film-item')
    expect(typeOf(await colleague.call('POST', '/film/print-jobs', { items: [item?.itemId], settings }))).toBe('no-such-film-item')
  })
})

describe('a document', () => {
  test('has a page for each sheet, as large as the film; the basket is empty behind it', async () => {
    const hospital = await aHospital(service)
    const study = await aStored(hospital)
    await collect(hospital, study)
    const job = await printed(hospital)
    expect(job).toMatchObject({ state: 'printed', images: 3, sheets: 2, studies: [study.StudyInstanceUID], actions: ['repeat', 'fetch'] })
    expect(await basketOf(hospital)).toEqual([])
    const pdf = await hospital.doctor.call('GET', `/film/print-jobs/${job.jobId}/document`)
    expect([pdf.statusCode, pdf.headers['content-type'], pdf.rawPayload.subarray(0, 5).toString('latin1')]).toEqual([200, 'application/pdf', '%PDF-'])
    const text = pdf.rawPayload.toString('latin1')
    expect(text.match(/\/Type \/Page\b/g)).toHaveLength(2)
    expect(text.match(/\/MediaBox \[0 0 1008 1224\]/g)).toHaveLength(2)
    expect(text.match(/\/Subtype \/Image/g)).toHaveLength(3)
    // Names of patients are in no place of the document that is not a picture.
    expect(text).not.toContain(String(study.instances[0]?.['00100010']?.Value?.[0]))
  })

  test('is whole though an image of it cannot be drawn', async () => {
    const hospital = await aHospital(service)
    const study = aStudy({ series: [{ kind: 'SC', instances: 2 }] })
    const [good, broken] = study.instances
    const { '7FE00010': _pixels, ...rest } = broken ?? {}
    const unreadable = encodeInstance(rest, { transferSyntaxUID: '1.2.840.10008.1.2.4.90', pixelData: { frames: [[Uint8Array.from({ length: 100 }, (_, index) => index)]] } })
    expect((await service.store([bytesOf(good ?? {}), unreadable], { headers: hospital.headers })).statusCode).toBe(200)
    await collect(hospital, study)
    const { jobId } = await printed(hospital)
    const pdf = await hospital.doctor.call('GET', `/film/print-jobs/${jobId}/document`)
    expect([pdf.statusCode, pdf.rawPayload.subarray(-6).toString('latin1').trim()]).toEqual([200, '%%EOF'])
    expect(pdf.rawPayload.toString('latin1').match(/\/Subtype \/Image/g)).toHaveLength(1)
  })

  test('and a printer have images as they were seen: inverted, turned, mirrored, the part in sight, in true size too', async () => {
    const hospital = await aHospital(service)
    const gateway = await aGatewayWithPrinter(hospital)
    const study = aStudy({ series: [{ kind: 'CT', instances: 1 }] })
    // Each pixel its own grey, from 0 at the top left to 255 at the bottom right.
    const ramp = Buffer.from(Uint16Array.from({ length: 256 }, (_, index) => index).buffer)
    const { '00281052': _intercept, '00281053': _slope, ...instance } = study.instances[0] ?? {}
    expect((await service.store(
      [
        bytesOf({
          ...instance,
          ...attributes({
            PixelSpacing: [16, 8],
            Rows: 16,
            Columns: 16,
            RescaleIntercept: 0,
            RescaleSlope: 1,
            PixelRepresentation: 0,
            PixelData: ramp,
          }),
        }),
      ],
      { headers: hospital.headers },
    )).statusCode).toBe(200)
    const view = { isInverted: true, rotation: 90, isFlipped: true, area: { left: 2, top: 1, width: 2, height: 1 } } as const
    expect((await hospital.doctor.call('POST', '/film/basket', { images: [{ ...imageOf(study, 0), window: { center: 128, width: 256 }, view }] })).statusCode).toBe(200)
    expect((await basketOf(hospital))[0]?.view).toEqual(view)
    const job = await printed(hospital, { isTrueSize: true }, { printer: gateway.printer })
    const [widthMm] = await service.db('print_job_image').join('print_job', 'print_job.job_key', 'print_job_image.job_key').where({ job_id: job.jobId }).pluck<number[]>('width_mm')
    // One pixel high and two wide: 16 mm by 16, and turned as wide as it was high.
    expect(widthMm).toBe(16)
    const image = await gateway.get(`/gateways/self/print-jobs/${job.jobId}/images/1`)
    // One pixel wide and two high, enlarged so that what it says of its view can be read.
    expect(image.rawPayload.subarray(0, 14).toString('latin1')).toBe('P5\n256 512\n255')
    const greyAt = (x: number, y: number) => image.rawPayload[image.rawPayload.length - 256 * 512 + y * 256 + x]
    // The left of the image is at the top once it is turned; black for white.
    expect([greyAt(20, 20), greyAt(20, 400)]).toEqual([255 - 18, 255 - 19])
    const again = await hospital.doctor.call('POST', `/film/print-jobs/${job.jobId}/repetition`)
    expect(again.statusCode).toBe(201)
    expect((await hospital.doctor.call('POST', '/film/basket', { images: [{ ...imageOf(study, 0), view: { rotation: 45 } }] })).statusCode).toBe(400)
  })

  test('in true size needs images that say how large they are, and fit', async () => {
    const hospital = await aHospital(service)
    const study = await aStored(hospital)
    await collect(hospital, study)
    const items = (await basketOf(hospital)).map(({ itemId }) => itemId)
    const asked = (given: Partial<PrintSettings>) => hospital.doctor.call('POST', '/film/print-jobs', { items, settings: { ...settings, isTrueSize: true, ...given } })
    const tooLarge = await asked({ columns: 2 })
    expect([tooLarge.statusCode, tooLarge.json<{ reason: string; position: number }>()]).toMatchObject([422, { reason: 'tooLarge', position: 1 }])
    const fits = await asked({ columns: 1, rows: 1 })
    expect(fits.statusCode).toBe(201)
    const widths = await service.db('print_job_image').join('print_job', 'print_job.job_key', 'print_job_image.job_key').where({ job_id: fits.json<PrintJob>().jobId }).pluck<number[]>('width_mm')
    expect(widths).toEqual([256, 256, 256])

    const unknown = aStudy({ series: [{ kind: 'CT', instances: 1 }] })
    await service.store(unknown.instances.map((instance) => { const { '00280030': _spacing, ...rest } = instance; return bytesOf(rest) }), { headers: hospital.headers })
    await collect(hospital, unknown)
    const [item] = await basketOf(hospital)
    const refused = await hospital.doctor.call('POST', '/film/print-jobs', { items: [item?.itemId], settings: { ...settings, isTrueSize: true } })
    expect(refused.json()).toMatchObject({ status: 422, reason: 'noTrueSize', position: 1 })
  })
})

test('images of two patients are not printed together, on paper or on film, until a correction says they are one', async () => {
  const hospital = await aHospital(service)
  const gateway = await aGatewayWithPrinter(hospital)
  for (const PatientID of ['P1', 'P2']) {
    const study = aStudy({ series: [{ kind: 'CT', instances: 1 }] })
    expect((await service.store(study.instances.map((instance) => bytesOf({ ...instance, ...attributes({ PatientID }) })), { headers: hospital.headers })).statusCode).toBe(200)
    await collect(hospital, study)
  }
  const items = await basketOf(hospital)
  expect(items.map(({ patient }) => patient)).toEqual([1, 2])
  const ask = (more: object = {}) => hospital.doctor.call('POST', '/film/print-jobs', { items: items.map(({ itemId }) => itemId), settings, keepsItems: true, ...more })
  for (const more of [{}, { printer: gateway.printer }]) expect((await ask(more)).json()).toMatchObject({ type: '/problems/print-not-possible', status: 422, reason: 'severalPatients', patients: 2 })
  expect((await hospital.doctor.call('GET', '/film/print-jobs')).json()).toEqual({ items: [] })
  await service.db('study_correction').insert({
    organisation_id: hospital.organisationId,
    study_instance_uid: items[1]?.StudyInstanceUID,
    version: 1,
    patient_id: 'P1',
    corrections: JSON.stringify({ PatientID: { value: 'P1', by: 'account:x', at: now.toISOString() } }),
  })
  expect((await basketOf(hospital)).map(({ patient }) => patient)).toEqual([1, 1])
  const { jobId } = (await ask()).json<PrintJob>()
  // Said to be two again since.
  await service.db('study_correction').where({ organisation_id: hospital.organisationId }).delete()
  expect((await hospital.doctor.call('POST', `/film/print-jobs/${jobId}/repetition`)).json()).toMatchObject({ status: 422, reason: 'severalPatients' })
})

test('one job takes fifty films and no more', async () => {
  const hospital = await aHospital(service)
  const study = await aStored(hospital, 51)
  await collect(hospital, study)
  const items = (await basketOf(hospital)).map(({ itemId }) => itemId)
  const refused = await hospital.doctor.call('POST', '/film/print-jobs', { items, settings: { ...settings, columns: 1, rows: 1 } })
  expect(refused.json()).toMatchObject({ status: 422, reason: 'tooManyFilms', maxFilmsOfJob: 50 })
  expect((await hospital.doctor.call('POST', '/film/print-jobs', { items: items.slice(1), settings: { ...settings, columns: 1, rows: 1 } })).json()).toMatchObject({ sheets: 50 })
})

describe('a film printer', () => {
  test('is told what to print by its gateway\'s next report, and the history what became of it', async () => {
    const hospital = await aHospital(service)
    const study = await aStored(hospital)
    const gateway = await aGatewayWithPrinter(hospital)
    expect((await hospital.doctor.call('GET', '/film/printers')).json()).toMatchObject({ items: [{ gatewayId: gateway.gatewayId, gatewayName: 'CT room', isReachable: true, printerId: 'film', colour: 'grayscale' }] })
    await collect(hospital, study)
    const job = await printed(hospital, { copies: 2, MediumType: 'BLUE FILM' }, { printer: gateway.printer })
    expect(job).toMatchObject({ state: 'waiting', printer: { printerId: 'film', printerName: 'Film printer', gatewayName: 'CT room' }, actions: ['cancel', 'repeat', 'fetch'] })

    const [command] = (await gateway.report()).json<{ commands: { commandId: string; name: string; arguments: object }[] }>().commands
    expect(command).toMatchObject({ name: 'printFilms', arguments: { printerId: 'film', jobId: job.jobId } })
    const order = (await gateway.get(`/gateways/self/print-jobs/${job.jobId}`)).json<PrintOrder>()
    expect(order).toMatchObject({ jobId: job.jobId, colour: 'grayscale', NumberOfCopies: 2, MediumType: 'BLUE FILM' })
    expect(order.sheets.map(({ images }) => images.map(({ imageId, position }) => `${imageId} at ${position}`))).toEqual([['1 at 1', '2 at 2'], ['3 at 1']])
    expect((await hospital.doctor.call('GET', `/film/print-jobs/${job.jobId}`)).json()).toMatchObject({ state: 'printing', actions: ['repeat', 'fetch'] })
    expect(typeOf(await hospital.doctor.call('POST', `/film/print-jobs/${job.jobId}/cancellation`))).toBe('print-job-begun')

    const image = await gateway.get(`/gateways/self/print-jobs/${job.jobId}/images/2`)
    const header = /^P5\n(\d+) (\d+)\n255\n/.exec(image.rawPayload.subarray(0, 32).toString('latin1'))
    expect([image.headers['content-type'], header?.[1], header?.[2], image.rawPayload.length - String(header?.[0]).length]).toEqual(['image/x-portable-anymap', '256', '256', 65_536])

    const outcome = { sheets: 1, warnings: [], failure: { reason: 'printerNotReady', printerStatusInfo: 'SUPPLY EMPTY' } }
    await gateway.report({ results: [{ commandId: command?.commandId ?? '', outcome: 'succeeded', value: outcome }] })
    const [listed] = (await hospital.doctor.call('GET', `/film/print-jobs?study=${study.StudyInstanceUID}`)).json<PrintJobPage>().items
    expect(listed).toMatchObject({ jobId: job.jobId, state: 'failed', outcome, createdBy: { name: expect.any(String) as string } })
    // What is over is not read again.
    expect((await gateway.get(`/gateways/self/print-jobs/${job.jobId}`)).statusCode).toBe(404)

    const again = (await hospital.doctor.call('POST', `/film/print-jobs/${job.jobId}/repetition`)).json<PrintJob>()
    expect(again).toMatchObject({ state: 'waiting', images: 3 })
    expect((await hospital.doctor.call('POST', `/film/print-jobs/${again.jobId}/cancellation`)).json()).toMatchObject({ state: 'cancelled', actions: ['repeat', 'fetch'] })
    expect((await gateway.get(`/gateways/self/print-jobs/${again.jobId}`)).statusCode).toBe(404)
    // What was called off is not waited for, nor does it stand among what waits.
    expect((await gateway.report()).json<{ commands: object[] }>().commands).toEqual([])
  })

  test.each([
    ['of another size', { FilmSizeID: 'A4' }, 'noSuchFilm'],
    ['in colours', { colour: 'color' }, 'noColour'],
    ['too many copies', { copies: 3 }, 'tooManyCopies'],
    ['on another medium', { MediumType: 'PAPER' }, 'noSuchMedium'],
  ] as const)('is not asked for what it does not have: %s', async (_what, given, reason) => {
    const hospital = await aHospital(service)
    const gateway = await aGatewayWithPrinter(hospital)
    await collect(hospital, await aStored(hospital))
    const items = (await basketOf(hospital)).map(({ itemId }) => itemId)
    const answer = await hospital.doctor.call('POST', '/film/print-jobs', { items, settings: { ...settings, ...given }, printer: gateway.printer })
    expect(answer.json()).toMatchObject({ status: 422, reason })
    expect(await basketOf(hospital)).toHaveLength(3)
  })

  test.each([
    ['is revoked meanwhile', ({ gateway }) => service.db('gateway').where({ gateway_id: gateway.gatewayId }).update({ revoked_at: now })],
    ['of an order whose person may not print any more', async ({ hospital }) => {
      const role = await service.db('role').where({ organisation_id: hospital.organisationId, built_in: 'administrator' }).first<{ role_id: string }>('role_id')
      await service.db('membership').where({ membership_id: hospital.doctor.membershipId }).update({ role_id: role.role_id })
    }],
    ['of an order whose person has been suspended', ({ hospital }) => service.db('account').where({ account_id: hospital.doctor.accountId }).update({ state: 'suspended' })],
  ] satisfies [string, (there: { hospital: Hospital; gateway: TestGateway }) => PromiseLike<unknown>][])('whose gateway %s is told of no order and gets no image', async (_what, change) => {
    const hospital = await aHospital(service)
    const gateway = await aGatewayWithPrinter(hospital)
    await collect(hospital, await aStored(hospital))
    const job = await printed(hospital, {}, { printer: gateway.printer })
    expect((await gateway.get(`/gateways/self/print-jobs/${job.jobId}`)).statusCode).toBe(200)
    await change({ hospital, gateway })
    for (const path of ['', '/images/1']) expect(typeOf(await gateway.get(`/gateways/self/print-jobs/${job.jobId}${path}`))).toBe('no-such-print-job')
  })

  test('whose gateway takes no more commands is asked for nothing, and the basket is as it was', async () => {
    const hospital = await aHospital(service)
    const gateway = await aGatewayWithPrinter(hospital)
    await collect(hospital, await aStored(hospital))
    await service.db.raw(
      `insert into gateway_command (organisation_id, gateway_id, name, arguments, created_by, expires_at) select ?, ?, 'retryDeliveries', '{}', 'account:x', now() + interval '1 day' from generate_series(1, 100)`,
      [hospital.organisationId, gateway.gatewayId],
    )
    const items = (await basketOf(hospital)).map(({ itemId }) => itemId)
    expect(typeOf(await hospital.doctor.call('POST', '/film/print-jobs', { items, settings, printer: gateway.printer }))).toBe('too-many-commands')
    expect(await basketOf(hospital)).toHaveLength(3)
    expect((await hospital.doctor.call('GET', '/film/print-jobs')).json()).toMatchObject({ items: [{ state: 'cancelled' }] })
  })

  test('whose gateway stays away is asked for fifty films, and still does what its administrators ask', async () => {
    const hospital = await aHospital(service)
    const gateway = await aGatewayWithPrinter(hospital)
    await collect(hospital, await aStored(hospital))
    await service.db.raw(
      `insert into gateway_command (organisation_id, gateway_id, name, arguments, created_by, expires_at) select ?, ?, 'printFilms', '{}', 'account:x', now() + interval '1 day' from generate_series(1, 49)`,
      [hospital.organisationId, gateway.gatewayId],
    )
    await printed(hospital, {}, { printer: gateway.printer, keepsItems: true })
    const items = (await basketOf(hospital)).map(({ itemId }) => itemId)
    expect(typeOf(await hospital.doctor.call('POST', '/film/print-jobs', { items, settings, printer: gateway.printer }))).toBe('too-many-commands')
    expect((await apiOf(service).call('POST', `/gateways/${gateway.gatewayId}/commands`, await service.as(hospital.slug, administrator), { name: 'retryDeliveries', arguments: {} })).statusCode).toBe(202)
  })

  test('whose gateway stays away is not waited for beyond half a day', async () => {
    const hospital = await aHospital(service)
    const gateway = await aGatewayWithPrinter(hospital)
    await collect(hospital, await aStored(hospital))
    const job = await printed(hospital, {}, { printer: gateway.printer })
    const before = now
    now = new Date(before.getTime() + 13 * 3_600_000)
    expect((await hospital.doctor.call('GET', '/film/print-jobs')).json()).toMatchObject({ items: [{ jobId: job.jobId, state: 'expired' }] })
    now = before
  })

  test('is of one organisation: another prints nothing on it, sees none of its jobs, and its gateway reads none of their images', async () => {
    const [hospital, other] = [await aHospital(service), await aHospital(service)]
    const [gateway, foreign] = [await aGatewayWithPrinter(hospital), await aGatewayWithPrinter(other)]
    await collect(hospital, await aStored(hospital))
    const job = await printed(hospital, {}, { printer: gateway.printer })
    expect((await other.doctor.call('GET', '/film/print-jobs')).json()).toEqual({ items: [] })
    for (const path of ['', '/document']) expect((await other.doctor.call('GET', `/film/print-jobs/${job.jobId}${path}`)).statusCode).toBe(404)
    for (const path of ['cancellation', 'repetition']) expect((await other.doctor.call('POST', `/film/print-jobs/${job.jobId}/${path}`)).statusCode).toBe(404)
    for (const path of ['', '/images/1']) expect((await foreign.get(`/gateways/self/print-jobs/${job.jobId}${path}`)).statusCode).toBe(404)
    await collect(other, await aStored(other))
    const items = (await basketOf(other)).map(({ itemId }) => itemId)
    expect(typeOf(await other.doctor.call('POST', '/film/print-jobs', { items, settings, printer: gateway.printer }))).toBe('no-such-film-printer')
    expect((await other.doctor.call('GET', '/film/printers')).json<{ items: { gatewayId: string }[] }>().items.map(({ gatewayId }) => gatewayId)).toEqual([foreign.gatewayId])
  })
})

import { ImplicitVRLittleEndian } from '@isocenter/dicom'
import { VerificationSOPClass, type AssociationRequest } from '@isocenter/dimse'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { ServiceSchema, type Service } from '../configuration/service.ts'
import { systemClock } from '../platform/clock.ts'
import { openDatabase, type Database } from '../platform/database.ts'
import { negotiate } from './negotiate.ts'
import { createPeers } from './peers.ts'
import { serviceRegistry } from './service.ts'
import { createUnknownSenders, refusedServicesSchema, unknownSenderSchema, type UnknownSenders } from './unknown-senders.ts'

const CTImageStorage = '1.2.840.10008.5.1.4.1.1.2'
const StudyRootFind = '1.2.840.10008.5.1.4.1.2.2.1'
const StudyRootGet = '1.2.840.10008.5.1.4.1.2.2.3'
const ModalityWorklistFind = '1.2.840.10008.5.1.4.31'

const services = serviceRegistry([
  { name: 'query', SOPClassUIDs: [StudyRootFind], handlers: {} },
  { name: 'retrieve', SOPClassUIDs: [StudyRootGet], handlers: {} },
  { name: 'worklist', SOPClassUIDs: [ModalityWorklistFind], handlers: {} },
])

let folder: string
let database: Database
let unknownSenders: UnknownSenders
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'negotiate-'))
  database = openDatabase(join(folder, 'gateway.db'), [unknownSenderSchema, refusedServicesSchema])
  unknownSenders = createUnknownSenders(database, systemClock)
})
afterEach(async () => {
  database.close()
  await rm(folder, { recursive: true, force: true })
})

/** What each SOP class asked for is answered: accepted, or the result of its refusal. */
async function answers(remoteAddress: string, SOPClassUIDs: readonly string[], service: Partial<Service> = {}): Promise<(number | 'accepted')[]> {
  const contexts = SOPClassUIDs.map((abstractSyntax, index) => ({ id: 2 * index + 1, abstractSyntax, transferSyntaxes: [ImplicitVRLittleEndian] }))
  const request = { callingAETitle: 'WORKSTATION', calledAETitle: 'ANY', remoteAddress, contexts } as unknown as AssociationRequest
  const settings = { ...Value.Parse(ServiceSchema, Value.Default(ServiceSchema, {})), ...service }
  const answer = await negotiate(request, { settings: () => settings, services, peers: createPeers(), unknownSenders, associationsFrom: () => 0 })
  if (!('accept' in answer)) throw new Error('The association was rejected.')
  return answer.accept.map((context) => ('refused' in context ? context.refused : 'accepted'))
}

test('services that give out what the organisation has are for nobody who is not on the list; sending and verification are for anybody', async () => {
  const asked = [VerificationSOPClass, CTImageStorage, StudyRootFind, StudyRootGet, ModalityWorklistFind]
  const open = ['accepted', 'accepted', 'accepted', 'accepted', 'accepted']
  const shut = ['accepted', 'accepted', 1, 1, 1]
  expect(await answers('192.0.2.7', asked)).toEqual(shut)
  expect(await answers('::ffff:192.0.2.7', asked)).toEqual(shut)
  expect(await answers('192.0.2.7', asked, { peers: [{ aeTitle: 'WORKSTATION', address: '192.0.2.8' }] })).toEqual(shut)
  expect(await answers('192.0.2.7', asked, { peers: [{ aeTitle: 'WORKSTATION', address: '192.0.2.7' }] })).toEqual(open)
  expect(await answers('192.0.2.7', asked, { openServices: true })).toEqual(open)
})

test('programs of the gateway\'s own machine may use them', async () => {
  for (const address of ['127.0.0.1', '127.8.9.10', '::ffff:127.0.0.1', '::1']) expect(await answers(address, [StudyRootFind])).toEqual(['accepted'])
  expect(await answers('128.0.0.1', [StudyRootFind])).toEqual([1])
})

test('who was refused a service is listed with all it asked for, whatever it asks for later', async () => {
  await answers('192.0.2.7', [StudyRootFind, StudyRootGet])
  await answers('192.0.2.7', [ModalityWorklistFind, StudyRootFind])
  await answers('192.0.2.7', [VerificationSOPClass])
  expect(unknownSenders.list()).toMatchObject([{ callingAETitle: 'WORKSTATION', wasRefused: false, refusedServices: ['query', 'retrieve', 'worklist'] }])
  await answers('127.0.0.1', [StudyRootFind])
  expect(unknownSenders.list().find(({ remoteAddress }) => remoteAddress === '127.0.0.1')).toMatchObject({ refusedServices: [] })
})

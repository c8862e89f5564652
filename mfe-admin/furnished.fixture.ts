/** Organisations with something in them, so that pages have something to show. */
import { randomBytes, randomUUID } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { encodeLayout } from '@isocenter/dicom'
import type { Db } from '../server/src/platform/db.ts'
import { aState } from '../server/src/gateways/gateways.fixture.ts'
import { aMember, anOrganisation, aPhone, roleOf } from '../server/src/organisations/organisations.fixture.ts'

export interface Furnished {
  readonly organisationId: string
  readonly number: string
  readonly doctorId: string
  readonly gatewayId: string
  readonly pairingId: string
  readonly team: { readonly organisationId: string; readonly number: string }
}

const hourMs = 3_600_000

/** A hospital with departments, people in every state, devices, a paired team, a gateway that has alarms, a deleted study, and images held apart. */
export async function aFurnishedHospital(db: Db, name = 'North Hospital'): Promise<Furnished> {
  const hospital = await anOrganisation(db, 'hospital', name)
  const { organisationId } = hospital
  const soon = new Date(Date.now() + 24 * hourMs)
  const [department] = await db('department').insert({ organisation_id: organisationId, name: 'Radiology', code: 'RAD', phone: '0551-6360 0000' }).returning<{ department_id: string }[]>('department_id')
  const doctor = await aMember(db, organisationId, 'general', { name: 'Zhang Wei' })
  await db('membership').where({ membership_id: doctor.membershipId }).update({ department_id: department?.department_id })
  const suspended = await aMember(db, organisationId, 'technician', { name: 'Chen Jing' })
  await db('membership').where({ membership_id: suspended.membershipId }).update({ state: 'suspended' })
  await db('credential').insert({ account_id: doctor.accountId, kind: 'practisingCertificate', state: 'submitted', submitted_at: new Date(), created_at: new Date() })
  const frozen = await aMember(db, organisationId, 'general', { name: 'Li Na' })
  await db('password_attempts').insert({ subject: `account:${frozen.accountId}`, account_id: frozen.accountId, day: new Date(), wrong: 10, touched_at: new Date(), frozen_at: new Date(), frozen_until: soon })
  await db('invitation').insert({ organisation_id: organisationId, phone: aPhone(), role_id: await roleOf(db, organisationId, 'general'), created_by: 'test', expires_at: soon })
  await db('device').insert({ organisation_id: organisationId, number: 1, name: 'CT room 1', type: 'CT', ae_title: 'CT_ROOM_1', station_name: 'CT1' })
  const team = await anOrganisation(db, 'team', 'Western Reading Team')
  const [pairing] = await db('pairing')
    .insert({
      hospital_id: organisationId,
      team_id: team.organisationId,
      state: 'paired',
      takes_orders: true,
      expires_at: soon,
      answered_at: new Date(),
    })
    .returning<{ pairing_id: string }[]>('pairing_id')
  const [gateway] = await db('gateway').insert({
    organisation_id: organisationId,
    name: 'CT room',
    version: '1.2.3',
    public_key: JSON.stringify({ kty: 'EC' }),
    key_thumbprint: randomBytes(32).toString('base64url'),
    last_contact_at: new Date(),
    report_after_ms: 60_000,
    state: JSON.stringify(aState({
      now: new Date().toISOString(),
      printers: [{ printerId: 'film', name: 'DryView', colour: 'grayscale', filmSizes: ['14INX17IN', 'A4'], mediumTypes: [], maxCopies: 5 }],
      alarms: ['deliveriesFailed', 'performedStepRefused', 'commitmentUnreported', 'objectsGoNowhere', 'configurationRestored'].map((code) => ({
        code,
        severity: 'warning',
        since: new Date(Date.now() - hourMs).toISOString(),
        count: 2,
      })),
    })),
    unknown_senders: JSON.stringify([{
      callingAETitle: 'MR_NEW',
      calledAETitle: 'USTCFQ',
      remoteAddress: '192.0.2.40',
      firstSeenAt: new Date().toISOString(),
      lastSeenAt: new Date().toISOString(),
      attempts: 3,
      wasRefused: true,
    }]),
  }).returning<{ gateway_id: string }[]>('gateway_id')
  await db('deleted_study').insert({
    organisation_id: organisationId,
    study_instance_uid: '2.25.1234',
    deleted_by: `account:${doctor.accountId}`,
    reason: 'Stored for the wrong patient',
    instances: 120,
    bytes: 63_000_000,
    patient_id: 'P-1',
    patient_name: 'WANG^FANG=王^芳',
    study_date: '20261101',
    study_description: 'Chest',
    modalities: ['CT'],
  })
  await db('study').insert({
    organisation_id: organisationId,
    study_instance_uid: '2.25.1235',
    attributes: '{}',
    more_attributes: '{}',
    patient_id: 'P-2',
    patient_name: 'LI^NA=李^娜',
    patient_birth_date: '19880229',
    study_date: '20261120',
    study_description: 'Abdomen',
    number_of_study_related_instances: 240,
  })
  const [quarantine] = await db('quarantine').insert({
    organisation_id: organisationId,
    study_instance_uid: '2.25.1235',
    patient_key: 'other',
    patient_id: 'P-3',
    issuer_of_patient_id: 'NORTH',
    patient_name: 'WU^MING=吴^明',
    patient_birth_date: '19600102',
    modalities: ['CT'],
    received_by: `account:${doctor.accountId}`,
  }).returning<{ quarantine_id: string }[]>('quarantine_id')
  await db('quarantined_instance').insert({
    quarantine_id: quarantine?.quarantine_id,
    organisation_id: organisationId,
    series_instance_uid: '2.25.1',
    sop_instance_uid: '2.25.2',
    sop_class_uid: '1.2.840.10008.5.1.4.1.1.2',
    transfer_syntax_uid: '1.2.840.10008.1.2.1',
    blob_key: randomUUID(),
    byte_length: 526_000,
    sha256: randomBytes(32),
    data_set_sha256: randomBytes(32),
    layout: Buffer.from(encodeLayout({ littleEndian: true, inflated: false, dataSetOffset: 132, bulkdata: [] })),
    metadata: deflateSync('{}'),
  })
  return { ...hospital, doctorId: doctor.membershipId, gatewayId: String(gateway?.gateway_id ?? randomUUID()), pairingId: String(pairing?.pairing_id), team }
}

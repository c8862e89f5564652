import type { Credential, CredentialList, MemberCredential, MemberCredentialList, MemberPage, WaitingCredentialPage } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aClock } from '../accounts/accounts.fixture.ts'
import { typeOf, type TestMember, type TestOrganisation } from '../organisations/service.fixture.ts'
import { createSealing, loadSigningKeys } from '../identity/index.ts'
import { createCredentialFiles } from './credential-files.ts'
import { createPeople } from './people.ts'
import { aPeopleService, aPhoto, picture, type PeopleService } from './people.fixture.ts'

const clock = aClock('2026-11-22T04:00:00Z')
let service: PeopleService
let hospital: TestOrganisation
let photo: Buffer
beforeAll(async () => {
  service = await aPeopleService(clock.now)
  hospital = await service.organisation('hospital', 'North hospital')
  photo = await aPhoto()
})
afterAll(() => service.close())

const pdf = Buffer.concat([Buffer.from('%PDF-1.7\nmedical practising certificate 110'), Buffer.alloc(150_000, 'x')])
const create = async ({ call }: Pick<TestMember, 'call'>, body: object = {}) => (await call('POST', '/account/credentials', {
  kind: 'practisingCertificate',
  number: 'A-2026-110',
  validUntil: '2027-01-31',
  ...body,
})).json<Credential>()
const find = async ({ call }: Pick<TestMember, 'call'>, { credentialId }: Credential) => (await call('GET', `/account/credentials/${credentialId}`)).json<Credential>()
const addFile = ({ call }: Pick<TestMember, 'call'>, { credentialId }: Credential, bytes: Buffer, type: string) => call('POST', `/account/credentials/${credentialId}/files`, bytes, picture(type))
async function submitted(member: TestMember, body: object = {}): Promise<Credential> {
  const credential = await create(member, body)
  await addFile(member, credential, pdf, 'application/pdf')
  expect((await member.call('POST', `/account/credentials/${credential.credentialId}/submission`)).statusCode).toBe(204)
  return find(member, credential)
}
const of = async (administrator: Pick<TestMember, 'call'>, { membershipId }: TestMember) => (await administrator.call('GET', `/members/${membershipId}/credentials`)).json<MemberCredentialList>().items
const decide = (
  { call }: Pick<TestMember, 'call'>,
  { membershipId }: TestMember,
  { credentialId, version }: Credential,
  verdict: 'verification' | 'rejection',
  body: object | undefined = verdict === 'rejection' ? { reason: 'The picture is blurred' } : undefined,
) =>
  call('POST', `/members/${membershipId}/credentials/${credentialId}/${verdict}`, body, { 'if-match': `"${String(version)}"` })
const trail = (action: string, detail: object) => service.db('audit_event').where({ action }).whereRaw('detail @> ?::jsonb', [JSON.stringify(detail)])

describe('a document', () => {
  test('is begun, given files, submitted, and then stands as it was submitted', async () => {
    const member = await hospital.member('general')
    const credential = await create(member)
    expect(credential).toMatchObject({ state: 'none', number: 'A-2026-110', validUntil: '2027-01-31', files: [], version: 1, actions: ['view', 'edit', 'submit', 'discard'] })
    expect(typeOf(await member.call('POST', `/account/credentials/${credential.credentialId}/submission`))).toBe('invalid-credential')
    await addFile(member, credential, pdf, 'application/pdf')
    await addFile(member, credential, photo, 'image/jpeg')
    await member.call('POST', `/account/credentials/${credential.credentialId}/submission`)
    const sent = await find(member, credential)
    expect(sent).toMatchObject({ state: 'submitted', submittedAt: clock.now().toISOString(), actions: ['view', 'recall', 'discard'] })
    expect(sent.files.map(({ contentType, byteLength }) => [contentType, byteLength]).sort()).toEqual([['application/pdf', pdf.length], ['image/jpeg', photo.length]])
    expect(typeOf(await member.call('PATCH', `/account/credentials/${credential.credentialId}`, { number: 'B' }))).toBe('credential-state-refused')
    expect(typeOf(await addFile(member, credential, pdf, 'application/pdf'))).toBe('credential-state-refused')
    expect(typeOf(await member.call('DELETE', `/account/credentials/${credential.credentialId}/files/${sent.files[0]?.fileId ?? ''}`))).toBe('credential-state-refused')
    await member.call('POST', `/account/credentials/${credential.credentialId}/recall`)
    expect((await member.call('PATCH', `/account/credentials/${credential.credentialId}`, { number: 'B' }, { 'if-match': '"1"' })).statusCode).toBe(412)
    expect((await member.call('PATCH', `/account/credentials/${credential.credentialId}`, { number: '' })).json<Credential>().number).toBeUndefined()
  })

  test('comes back byte for byte to its holder, and each look is in the trail', async () => {
    const member = await hospital.member('general')
    const credential = await submitted(member)
    const [file] = credential.files
    const answer = await member.call('GET', `/account/credentials/${credential.credentialId}/files/${file?.fileId ?? ''}`)
    expect(answer.rawPayload.equals(pdf)).toBe(true)
    expect(answer.headers).toMatchObject({ 'content-type': 'application/pdf', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-security-policy': expect.stringContaining('sandbox') as unknown })
    expect(await trail('credential.view', { fileId: file?.fileId })).toHaveLength(1)
  })

  test('is on disk and in the database as nobody can read it without the key file', async () => {
    const member = await hospital.member('general')
    const credential = await submitted(member, { number: 'SECRET-NUMBER-77' })
    const row = await service.db('credential_file').where({ credential_id: credential.credentialId }).first<{ blob_key: string }>('blob_key')
    const chunks: Uint8Array[] = []
    for await (const chunk of await service.blobs.read(row.blob_key)) chunks.push(chunk as Uint8Array)
    const kept = Buffer.concat(chunks)
    expect(kept.length).toBeGreaterThan(pdf.length)
    expect(kept.includes('%PDF') || kept.includes('certificate')).toBe(false)
    const stored = await service.db('credential').where({ credential_id: credential.credentialId }).first<{ number_sealed: Buffer }>()
    expect(stored.number_sealed.includes('SECRET')).toBe(false)
  })

  test('whose bytes were changed in the store is not given out', async () => {
    const member = await hospital.member('general')
    const credential = await submitted(member)
    const row = await service.db('credential_file').where({ credential_id: credential.credentialId }).first<{ blob_key: string }>('blob_key')
    const writer = await service.blobs.create(row.blob_key)
    await writer.write(Buffer.alloc(150_100, 1))
    await writer.commit()
    expect(typeOf(await member.call('GET', `/account/credentials/${credential.credentialId}/files/${credential.files[0]?.fileId ?? ''}`))).toBe('internal-error')
  })

  test.each([
    ['a picture that says it is a PDF', 'application/pdf', () => photo, 'credential-file-refused'],
    ['a program that says it is a picture', 'image/png', () => Buffer.from('MZ this is a program'), 'credential-file-refused'],
    ['an empty file', 'image/png', () => Buffer.alloc(0), 'credential-file-refused'], ['a page', 'text/html', () => Buffer.from('<script>'), 'unsupported-media-type'],
    ['more than ten megabytes', 'application/pdf', () => Buffer.concat([pdf, Buffer.alloc(10 * 1024 * 1024)]), 'payload-too-large'],
  ])('is not %s', async (_what, type, bytes, problem) => {
    const member = await hospital.member('general')
    const credential = await create(member)
    expect(typeOf(await addFile(member, credential, bytes(), type))).toBe(problem)
    expect((await find(member, credential)).files).toEqual([])
  })

  test('has six files at most, and of another kind a title', async () => {
    const member = await hospital.member('general')
    const credential = await create(member, { kind: 'other' })
    for (let file = 0; file < 6; file++) expect((await addFile(member, credential, photo, 'image/jpeg')).statusCode).toBe(201)
    expect(typeOf(await addFile(member, credential, photo, 'image/jpeg'))).toBe('invalid-credential')
    expect(typeOf(await member.call('POST', `/account/credentials/${credential.credentialId}/submission`))).toBe('invalid-credential')
    expect(typeOf(await member.call('PATCH', `/account/credentials/${credential.credentialId}`, { validUntil: '2027-02-30' }))).toBe('invalid-credential')
  })

  test('is gone with its files when it is discarded: the key at once, the bytes with the next sweep', async () => {
    const member = await hospital.member('general')
    const [kept, discarded] = [await submitted(member), await submitted(member)]
    const keyOf = async ({ credentialId }: Credential) => (await service.db('credential_file').where({ credential_id: credentialId }).first<{ blob_key: string } | undefined>('blob_key'))?.blob_key ?? ''
    const [keptKey, key] = [await keyOf(kept), await keyOf(discarded)]
    expect((await member.call('DELETE', `/account/credentials/${discarded.credentialId}`)).statusCode).toBe(204)
    expect(await keyOf(discarded)).toBe('')
    const files = (now: Date) => loadSigningKeys(service.keysFile).then((keys) => createCredentialFiles({ blobs: service.blobs, sealing: createSealing(keys), now: () => now }))
    await (await files(new Date())).sweep(service.db)
    expect(await service.blobs.stat(key)).toBeDefined()
    await (await files(new Date(Date.now() + 2 * 3_600_000))).sweep(service.db)
    expect([await service.blobs.stat(key), (await service.blobs.stat(keptKey)) !== undefined]).toEqual([undefined, true])
  })

  test("is nobody else's to see or change by its id", async () => {
    const [member, other] = [await hospital.member('general'), await hospital.member('full')]
    const { credentialId, files: [file] } = await submitted(member)
    for (const [method, path, body] of [
      ['GET', '', undefined], ['PATCH', '', { number: 'B' }], ['DELETE', '', undefined], ['POST', '/submission', undefined], ['POST', '/recall', undefined],
      ['GET', `/files/${file?.fileId ?? ''}`, undefined], ['DELETE', `/files/${file?.fileId ?? ''}`, undefined],
    ] as const) expect([method, path, typeOf(await other.call(method, `/account/credentials/${credentialId}${path}`, body))]).toEqual([method, path, 'no-such-credential'])
    expect((await other.call('GET', '/account/credentials')).json<CredentialList>().items).toEqual([])
  })
})

describe('verification', () => {
  test('waits for an administrator, who looks, decides, and is named in the trail', async () => {
    const [member, administrator] = [await hospital.member('general', { name: 'Zhao Lei' }), await hospital.member('administrator', { name: 'Xu Yan' })]
    const credential = await submitted(member)
    const waiting = (await administrator.call('GET', '/credentials/waiting?limit=200')).json<WaitingCredentialPage>().items.find(({ credentialId }) => credentialId === credential.credentialId)
    expect(waiting).toMatchObject({ holder: { membershipId: member.membershipId, name: 'Zhao Lei' }, number: 'A-2026-110', actions: ['view', 'verify', 'reject'] })
    const path = `/members/${member.membershipId}/credentials/${credential.credentialId}`
    expect((await administrator.call('GET', `${path}/files/${waiting?.files[0]?.fileId ?? ''}`)).rawPayload.equals(pdf)).toBe(true)
    expect(await trail('credential.view', { credentialId: credential.credentialId }).where({ actor: `account:${administrator.accountId}`, organisation_id: hospital.organisationId })).toHaveLength(1)
    expect((await decide(administrator, member, credential, 'verification')).json<MemberCredential>()).toMatchObject({ state: 'verified', decision: { state: 'verified', decidedBy: 'Xu Yan' } })
    expect(await find(member, credential)).toMatchObject({ state: 'verified', decisions: [{ state: 'verified', decidedAt: clock.now().toISOString(), organisation: 'North hospital' }], actions: ['view', 'discard'] })
    expect(await trail('credential.decide', { credentialId: credential.credentialId, state: 'verified' })).toHaveLength(1)
    expect(typeOf(await decide(administrator, member, await find(member, credential), 'rejection'))).toBe('credential-state-refused')
  })

  test('may be refused with a reason, after which the holder mends and submits again', async () => {
    const [member, administrator] = [await hospital.member('general'), await hospital.member('full')]
    const credential = await submitted(member)
    expect(typeOf(await decide(administrator, member, credential, 'rejection', { reason: ' ' }))).toBe('bad-request')
    await decide(administrator, member, credential, 'rejection')
    expect(await find(member, credential)).toMatchObject({ state: 'rejected', decisions: [{ reason: 'The picture is blurred' }], actions: ['view', 'edit', 'submit', 'discard'] })
    await member.call('POST', `/account/credentials/${credential.credentialId}/submission`)
    const again = await find(member, credential)
    expect([again.state, again.decisions]).toEqual(['submitted', []])
  })

  test('is a to-do of administrators on every side while it waits, and its holder hears what came of it', async () => {
    const [member, administrator] = [await hospital.member('general', { name: 'Qian Ming' }), await hospital.member('full')]
    const team = await service.organisation('team')
    await team.member('diagnosingDoctor', { accountId: member.accountId })
    const todos = (recordId: string) => service.db('notification_todo')
      .where({ record_id: recordId })
      .orderBy('organisation_id')
      .select<{ organisation_id: string; outcome: string | null }[]>('organisation_id', 'outcome')
    const events = (recordId: string) => service.db('notification_event').where({ record_id: recordId }).distinct().orderBy('event').pluck('event')
    const both = [hospital, team].map(({ organisationId }) => organisationId).sort((a, b) => Number(a) - Number(b))
    const recalled = await submitted(member)
    expect(await todos(recalled.credentialId)).toEqual(both.map((organisation_id) => ({ organisation_id, outcome: null })))
    await member.call('POST', `/account/credentials/${recalled.credentialId}/recall`)
    expect((await todos(recalled.credentialId)).map(({ outcome }) => outcome)).toEqual(['withdrawn', 'withdrawn'])
    const rejected = await submitted(member)
    await decide(administrator, member, rejected, 'rejection')
    // For the organisation that has decided, and no other.
    expect(new Set(
      (await todos(rejected.credentialId)).map(({ organisation_id, outcome }) => `${organisation_id} ${String(outcome)}`),
    )).toEqual(new Set([`${hospital.organisationId} done`, `${team.organisationId} null`]))
    expect(await events(rejected.credentialId)).toEqual(['credential.refused', 'credential.submitted'])
    const verified = await submitted(member)
    await decide(administrator, member, verified, 'verification')
    expect(await events(verified.credentialId)).toEqual(['credential.submitted', 'credential.verified'])
  })

  test('stands in the list of members (ORG-09): the best of what a person has submitted', async () => {
    const fresh = await service.organisation('hospital')
    const [member, administrator] = [await fresh.member('general'), await fresh.member('full')]
    const stateOf = async () => (await administrator.call('GET', '/members')).json<MemberPage>().items.find(({ membershipId }) => membershipId === member.membershipId)?.credentialState
    await create(member)
    expect(await stateOf()).toBe('none')
    const first = await submitted(member)
    expect(await stateOf()).toBe('submitted')
    await decide(administrator, member, first, 'verification')
    await decide(administrator, member, await submitted(member), 'rejection')
    expect(await stateOf()).toBe('verified')
  })

  test('is the decision of each organisation for itself (D-86): none sees what another has decided, and its holder sees all', async () => {
    const [north, south] = [await service.organisation('hospital', 'North'), await service.organisation('team', 'South')]
    const [member, northern, southern] = [await north.member('general'), await north.member('full'), await south.member('full')]
    const inSouth = { ...member, membershipId: (await south.member('diagnosingDoctor', { accountId: member.accountId })).membershipId }
    const listed = async ({ call }: TestMember, { membershipId }: TestMember) => (await call('GET', '/members')).json<MemberPage>().items.find((one) => one.membershipId === membershipId)?.credentialState
    const waitsFor = async ({ call }: TestMember) => (await call('GET', '/credentials/waiting')).json<WaitingCredentialPage>().items.map(({ credentialId }) => credentialId)

    const credential = await submitted(member)
    await decide(northern, member, credential, 'verification')
    expect([await listed(northern, member), await listed(southern, inSouth)]).toEqual(['verified', 'submitted'])
    expect([await waitsFor(northern), await waitsFor(southern)]).toEqual([[], [credential.credentialId]])
    const [seen] = await of(southern, inSouth)
    expect([seen?.state, seen?.decision]).toEqual(['submitted', undefined])
    // What was looked at is as it was, though another has decided meanwhile.
    expect((await decide(southern, inSouth, credential, 'rejection')).json<MemberCredential>()).toMatchObject({ state: 'rejected', decision: { state: 'rejected', reason: 'The picture is blurred' } })
    expect([await listed(northern, member), await listed(southern, inSouth)]).toEqual(['verified', 'rejected'])
    expect(await find(member, credential)).toMatchObject({
      state: 'verified',
      decisions: expect.arrayContaining([
        { state: 'verified', decidedAt: clock.now().toISOString(), organisation: 'North' },
        expect.objectContaining({ state: 'rejected', organisation: 'South' }),
      ]) as unknown,
      actions: ['view', 'discard'],
    })
    expect(typeOf(await decide(southern, inSouth, credential, 'verification'))).toBe('credential-state-refused')
  })

  test('a refusal of one is no refusal of another; once its holder mends it, it waits for nobody until it is submitted again', async () => {
    const [north, south] = [await service.organisation('hospital'), await service.organisation('team')]
    const [member, northern, southern] = [await north.member('general'), await north.member('full'), await south.member('full')]
    const inSouth = { ...member, membershipId: (await south.member('diagnosingDoctor', { accountId: member.accountId })).membershipId }
    const credential = await submitted(member)
    await decide(northern, member, credential, 'rejection')
    expect((await of(southern, inSouth)).map(({ state, actions }) => [state, actions])).toEqual([['submitted', ['view', 'verify', 'reject']]])
    await member.call('PATCH', `/account/credentials/${credential.credentialId}`, { number: 'B-2' })
    expect(await of(southern, inSouth)).toEqual([])
    expect((await of(northern, member)).map(({ state, files, number }) => [state, files, number])).toEqual([['rejected', [], undefined]])
    await member.call('POST', `/account/credentials/${credential.credentialId}/submission`)
    for (const [administrator, membership] of [[northern, member], [southern, inSouth]] as const) expect((await of(administrator, membership)).map(({ state, number }) => [state, number])).toEqual([['submitted', 'B-2']])
  })

  test('is of what was looked at: a document that was changed meanwhile is not verified', async () => {
    const [member, administrator] = [await hospital.member('general'), await hospital.member('full')]
    const looked = await submitted(member)
    await member.call('POST', `/account/credentials/${looked.credentialId}/recall`)
    expect(typeOf(await decide(administrator, member, looked, 'verification'))).toBe('no-such-credential')
    await member.call('POST', `/account/credentials/${looked.credentialId}/submission`)
    expect(typeOf(await decide(administrator, member, looked, 'verification'))).toBe('changed-meanwhile')
    expect(typeOf(await administrator.call('POST', `/members/${member.membershipId}/credentials/${looked.credentialId}/verification`))).toBe('bad-request')
  })

  test('is not of oneself', async () => {
    const administrator = await hospital.member('full')
    const credential = await submitted(administrator)
    expect(typeOf(await decide(administrator, administrator, credential, 'verification'))).toBe('own-credential')
    expect((await administrator.call('GET', '/credentials/waiting?limit=200')).json<WaitingCredentialPage>().items.map(({ credentialId }) => credentialId)).not.toContain(credential.credentialId)
  })

  test('shows what is in a document to who verifies it, and that it is there to every administrator of members (D-86)', async () => {
    const [member, administrator, another] = [await hospital.member('general'), await hospital.member('administrator'), await hospital.member('administrator')]
    await create(member)
    const credential = await submitted(member)
    await decide(administrator, member, credential, 'verification')
    const [seen] = await of(another, member)
    expect(seen).toMatchObject({ kind: 'practisingCertificate', state: 'verified', files: [], actions: [] })
    expect(seen?.number).toBeUndefined()
    expect(await of(another, member)).toHaveLength(1) // the draft is its holder's alone
    const path = `/members/${member.membershipId}/credentials/${credential.credentialId}/files/${credential.files[0]?.fileId ?? ''}`
    expect(typeOf(await another.call('GET', path))).toBe('no-such-credential-file')
    expect((await administrator.call('GET', path)).statusCode).toBe(200)
  })

  test('is seen on every side the person works on, and nowhere else', async () => {
    const [team, elsewhere] = [await service.organisation('team'), await service.organisation('hospital')]
    const [member, teamAdministrator, stranger] = [await hospital.member('general'), await team.member('full'), await elsewhere.member('full')]
    const { membershipId } = await team.member('diagnosingDoctor', { accountId: member.accountId })
    const credential = await submitted(member)
    expect((await of(teamAdministrator, { ...member, membershipId })).map(({ credentialId }) => credentialId)).toEqual([credential.credentialId])
    for (const id of [membershipId, member.membershipId]) {
      expect(typeOf(await stranger.call('GET', `/members/${id}/credentials`))).toBe('no-such-credential')
      expect(typeOf(await stranger.call('GET', `/members/${id}/credentials/${credential.credentialId}/files/${credential.files[0]?.fileId ?? ''}`))).toBe('no-such-credential')
      expect(typeOf(await decide(stranger, { ...member, membershipId: id }, credential, 'verification'))).toBe('no-such-credential')
    }
    expect((await stranger.call('GET', '/credentials/waiting')).json<WaitingCredentialPage>().items).toEqual([])
    await service.db('membership').where({ membership_id: membershipId }).update({ state: 'suspended' })
    expect(typeOf(await teamAdministrator.call('GET', `/members/${membershipId}/credentials`))).toBe('no-such-credential')
  })

  test('fixes the name: it changes only when what was verified is discarded', async () => {
    const [member, administrator] = [await hospital.member('general', { name: 'Sun Wei' }), await hospital.member('full')]
    const credential = await submitted(member)
    await decide(administrator, member, credential, 'verification')
    expect(typeOf(await member.call('PATCH', '/account/profile', { name: 'Another' }))).toBe('name-verified')
    expect((await member.call('PATCH', '/account/profile', { name: 'Sun Wei', gender: 'male' })).statusCode).toBe(200)
    await member.call('DELETE', `/account/credentials/${credential.credentialId}`)
    expect((await member.call('PATCH', '/account/profile', { name: 'Another' })).statusCode).toBe(200)
  })

  test('ends when the last day of the document is over where its holder is', async () => {
    await service.db('organisation').where({ organisation_id: hospital.organisationId }).update({ time_zone: 'Asia/Shanghai' })
    const [member, administrator] = [await hospital.member('general'), await hospital.member('full')]
    const [verified, endless] = [await submitted(member, { validUntil: '2026-11-30' }), await submitted(member, { validUntil: '' })]
    await decide(administrator, member, verified, 'verification')
    await decide(administrator, member, endless, 'verification')
    const { credentials } = createPeople({
      ...service,
      sealing: createSealing(await loadSigningKeys(service.keysFile)),
      bindings: { hasWebPush: () => Promise.resolve(false), hasIdentity: () => Promise.resolve(false) },
      timeZone: 'UTC',
      now: clock.now,
    })
    clock.set('2026-11-30T15:59:00Z')
    await credentials.expire()
    expect((await find(member, verified)).state).toBe('verified')
    clock.set('2026-11-30T16:00:00Z')
    await credentials.expire()
    expect([(await find(member, verified)).state, (await find(member, endless)).state]).toEqual(['expired', 'verified'])
    expect(await trail('credential.change', { credentialId: verified.credentialId, state: 'expired' })).toHaveLength(1)
  })

  test('the list of what waits is paged, the longest waiting first', async () => {
    const fresh = await service.organisation('hospital')
    const [member, administrator] = [await fresh.member('general'), await fresh.member('full')]
    const ids: string[] = []
    for (let document = 0; document < 5; document++) {
      ids.push((await submitted(member)).credentialId)
      clock.advance({ minutes: 1 })
    }
    const seen: string[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: WaitingCredentialPage = (await administrator.call('GET', `/credentials/waiting?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)).json()
      seen.push(...page.items.map(({ credentialId }) => credentialId))
      cursor = page.next
    }
    expect(seen).toEqual(ids)
  })
})

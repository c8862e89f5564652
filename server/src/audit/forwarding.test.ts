/** DICOM audit messages: each as PS3.15 §A.5.1 has it, and all of them at the repository whatever happens on the way. */
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { auditActionNames, auditOutcomes } from '@isocenter/contracts'
import { testDatabase } from '@isocenter/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from '../catalogue/index.ts'
import { createDb, type Db } from '../platform/db.ts'
import { auditMessage, type MessageEntry } from './dicom-message.ts'
import { forwardTrail } from './forwarding.ts'
import { record } from './index.ts'
import { createSealSigner, sealTrail } from './seal.ts'
import { sendSyslog, syslogLine, syslogTarget, type SyslogTarget } from './syslog.ts'

interface Element { readonly name: string; readonly attributes: Record<string, string>; readonly children: Element[]; text: string }

/** What these messages use of XML, and nothing else. */
function parse(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  let read = 0
  const plain = (text: string) => text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
  for (const [whole, end, name, attributes = '', empty, text] of xml.matchAll(/<(\/?)([A-Za-z]+)((?: [\w-]+="[^"<>&]*(?:&#\d+;[^"<>&]*)*")*)(\/?)>|([^<]+)/g)) {
    read += whole.length
    const current = open.at(-1) as Element
    if (text !== undefined) { current.text += plain(text); continue }
    if (end === '/') {
      expect(name).toBe(open.pop()?.name)
      continue
    }
    const made: Element = { name: String(name), attributes: Object.fromEntries([...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, plain(String(value))])), children: [], text: '' }
    current.children.push(made)
    if (empty !== '/') open.push(made)
  }
  expect(read).toBe(xml.length)
  expect(open).toHaveLength(1)
  return root.children[0] as Element
}

/** The schema of §A.5.1.1, as far as it says what stands where: children in order with how often, attributes with their values. */
type Rule = { readonly attributes: Record<string, RegExp>; readonly optional?: readonly string[]; readonly children: readonly (readonly [string, '1' | '?' | '*' | '+'])[]; readonly text?: RegExp }
const any = /^[^]*$/
const csd: Rule = { attributes: { 'csd-code': /^\S+$/, codeSystemName: /^\S+$/, originalText: /^\S.*$/ }, children: [] }
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const schema: Record<string, Rule> = {
  AuditMessage: { attributes: {}, children: [['EventIdentification', '1'], ['ActiveParticipant', '+'], ['AuditSourceIdentification', '1'], ['ParticipantObjectIdentification', '*']] },
  EventIdentification: {
    attributes: { EventActionCode: /^[CRUDE]$/, EventDateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, EventOutcomeIndicator: /^(0|4|8|12)$/ },
    optional: ['EventActionCode'],
    children: [['EventID', '1'], ['EventTypeCode', '*'], ['EventOutcomeDescription', '?']],
  },
  EventID: csd, EventTypeCode: csd, RoleIDCode: csd, ParticipantObjectIDTypeCode: csd,
  EventOutcomeDescription: { attributes: {}, children: [], text: any },
  ActiveParticipant: {
    attributes: { UserID: any, AlternativeUserID: any, UserName: any, UserIsRequestor: /^(true|false)$/, NetworkAccessPointID: /^\S+$/, NetworkAccessPointTypeCode: /^[1-5]$/ },
    optional: ['AlternativeUserID', 'UserName', 'NetworkAccessPointID', 'NetworkAccessPointTypeCode'], children: [['RoleIDCode', '*'], ['MediaIdentifier', '?']],
  },
  AuditSourceIdentification: { attributes: { AuditEnterpriseSiteID: any, AuditSourceID: /^\S+$/ }, optional: ['AuditEnterpriseSiteID'], children: [['AuditSourceTypeCode', '*']] },
  AuditSourceTypeCode: { attributes: { 'csd-code': /^[1-9]$/ }, children: [] },
  ParticipantObjectIdentification: {
    attributes: {
      ParticipantObjectID: any,
      ParticipantObjectTypeCode: /^[1-4]$/,
      ParticipantObjectTypeCodeRole: /^([1-9]|1\d|2[0-6])$/,
      ParticipantObjectDataLifeCycle: /^([1-9]|1[0-5])$/,
      ParticipantObjectSensitivity: any,
    },
    optional: ['ParticipantObjectTypeCode', 'ParticipantObjectTypeCodeRole', 'ParticipantObjectDataLifeCycle', 'ParticipantObjectSensitivity'],
    children: [['ParticipantObjectIDTypeCode', '1'], ['ParticipantObjectName', '?'], ['ParticipantObjectQuery', '?'], ['ParticipantObjectDetail', '*'], ['ParticipantObjectDescription', '*']],
  },
  ParticipantObjectName: { attributes: {}, children: [], text: /^\S.*$/ }, ParticipantObjectQuery: { attributes: {}, children: [], text: base64 },
  ParticipantObjectDetail: { attributes: { type: /^\S.*$/, value: base64 }, children: [] },
  ParticipantObjectDescription: { attributes: {}, children: [['MPPS', '*'], ['Accession', '*'], ['SOPClass', '*'], ['ParticipantObjectContainsStudy', '?'], ['Encrypted', '?'], ['Anonymized', '?']] },
  SOPClass: { attributes: { UID: any, NumberOfInstances: /^\d+$/ }, optional: ['UID'], children: [['Instance', '*']] },
}

function assertValid({ name, attributes, children, text }: Element): void {
  const rule = schema[name]
  if (rule === undefined) throw new Error(`${name} is not in the schema`)
  for (const [key, value] of Object.entries(attributes)) expect(value, `${name}/@${key}`).toMatch(rule.attributes[key] ?? /^never$/)
  for (const key of Object.keys(rule.attributes)) if (!rule.optional?.includes(key)) expect(attributes, name).toHaveProperty([key])
  if (rule.text === undefined) expect(text.trim(), name).toBe('')
  else expect(text, name).toMatch(rule.text)
  expect(children.map((child) => `${child.name} `).join(''), name).toMatch(new RegExp(`^${rule.children.map(([child, times]) => `(${child} )${times === '1' ? '' : times}`).join('')}$`))
  // Either a name or a query.
  if (name === 'ParticipantObjectIdentification') expect(children.filter((child) => ['ParticipantObjectName', 'ParticipantObjectQuery'].includes(child.name))).toHaveLength(1)
  children.forEach(assertValid)
}

const source = { sourceId: 'isocenter', host: 'pacs.example' }
const entry: MessageEntry = {
  id: '42',
  occurredAt: new Date('2026-11-22T08:00:00.123Z'),
  actor: 'account:1',
  actorName: '赵敏 <R&D> "x"',
  action: 'study.store',
  outcome: 'success',
  StudyInstanceUID: '1.2.3',
  PatientID: 'P^1&2',
  occurrences: 3,
  address: '192.0.2.1',
  organisationNumber: '0000000007',
}

describe('a message', () => {
  test('of every action and outcome is as the schema says, with all there is to say and with the least', () => {
    for (const action of auditActionNames) {
      for (const outcome of auditOutcomes) {
        assertValid(parse(auditMessage({ ...entry, action, outcome }, source)))
        const { actorName: _name, StudyInstanceUID: _study, PatientID: _patient, address: _address, ...least } = entry
        assertValid(parse(auditMessage({ ...least, action, outcome }, source)))
      }
    }
    expect(parse(auditMessage(entry, source)).children[1]?.attributes['UserName']).toBe('赵敏 <R&D> "x"')
  })

  test.each(['study.store', 'study.retrieve', 'study.search', 'study.delete', 'account.sign-in', 'role.change', 'log.read'] as const)('%s, as checked by hand against PS3.15 §A.5.3', async (action) => {
    const message = auditMessage({ ...entry, actorName: 'Zhao Min', action }, source).replace(/AlternativeUserID="\d+"/, 'AlternativeUserID="PID"')
    await expect(`${message.replaceAll('><', '>\n<')}\n`).toMatchFileSnapshot(`./golden/${action}.xml`)
  })
})

describe('forwarding', () => {
  let db: Db
  let drop: () => Promise<void>
  let organisationId: string
  let directory: string
  let files: { key: string; certificate: string }
  const signer = createSealSigner({ signing: { kid: 'k', key: undefined as never }, sealing: new Map([['k', Buffer.alloc(32, 7)]]) })

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'isocenter-syslog-'))
    execFileSync(
      'openssl',
      [
        'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
        '-keyout', join(directory, 'key.pem'), '-out', join(directory, 'certificate.pem'),
        '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost',
      ],
      { stdio: 'ignore' },
    )
    files = { key: readFileSync(join(directory, 'key.pem'), 'utf8'), certificate: readFileSync(join(directory, 'certificate.pem'), 'utf8') }
  })
  afterAll(() => { rmSync(directory, { recursive: true }) })
  beforeEach(async () => {
    const database = await testDatabase()
    drop = database.drop
    db = createDb(database.url, 5)
    organisationId = (await ensureDefaultOrganisation(db, 'north')).organisationId
  })
  afterEach(async () => {
    await db.destroy()
    await drop()
  })

  /** A repository: RFC 5425 framing, read as it comes; `refuse` breaks connections off after so many bytes. */
  async function aRepository(options: { breakAfterBytes?: number } = {}) {
    const messages: string[] = []
    const given = { ...options }
    const server: Server = createServer({ key: files.key, cert: files.certificate }, (socket: TLSSocket) => {
      let waiting = Buffer.alloc(0)
      let received = 0
      socket.on('data', (chunk: Buffer) => {
        waiting = Buffer.concat([waiting, chunk])
        received += chunk.length
        if (given.breakAfterBytes !== undefined && received >= given.breakAfterBytes) {
          delete given.breakAfterBytes
          socket.destroy()
          return
        }
        for (;;) {
          const [frame, length] = /^(\d+) /.exec(waiting.subarray(0, 12).toString('latin1')) ?? []
          if (frame === undefined || waiting.length < frame.length + Number(length)) return
          messages.push(waiting.subarray(frame.length, frame.length + Number(length)).toString('utf8'))
          waiting = waiting.subarray(frame.length + Number(length))
        }
      })
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => { server.listen(0, 'localhost', resolve) })
    const { port } = server.address() as AddressInfo
    const target: SyslogTarget = { ...syslogTarget(`tls://localhost:${String(port)}`), ca: files.certificate }
    return { messages, target, port, close: () => new Promise((resolve) => { server.close(resolve) }) }
  }
  const write = async (count: number) => {
    await record(db, Array.from({ length: count }, (_, nth) => ({ organisationId, actor: 'token:a', action: 'study.retrieve', outcome: 'success', StudyInstanceUID: `1.2.${String(nth)}`, origin: null } as const)))
    await sealTrail(db, signer, () => new Date())
  }
  const idsOf = (messages: readonly string[]) => messages.map((message) => {
    const [, content = ''] = message.split('\uFEFF')
    assertValid(parse(content))
    return Number(Buffer.from(/type="audit entry" value="([^"]*)"/.exec(content)?.[1] ?? '', 'base64').toString())
  })

  test('by TLS every sealed entry arrives once and in order, in frames of RFC 5425 with the header of RFC 5424', async () => {
    const repository = await aRepository()
    const deps = { db, target: repository.target, source: { sourceId: 'isocenter', host: 'pacs.example' } }
    await write(1_203)
    await record(db, [{ organisationId, actor: 'token:unsealed', action: 'study.search', outcome: 'success', origin: null }])
    expect(await forwardTrail(deps)).toBe(1_203)
    expect(await forwardTrail(deps)).toBe(0)
    const ids = idsOf(repository.messages)
    expect(ids).toEqual(Array.from({ length: 1_203 }, (_, nth) => (ids[0] ?? 0) + nth))
    expect(repository.messages[0]).toMatch(/^<85>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z pacs\.example isocenter \d+ DICOM\+RFC3881 - \uFEFF<AuditMessage>/)
    await repository.close()
  }, 20_000)

  test('a connection that breaks in the middle, and a repository that is away: all of it arrives later, some of it perhaps twice', async () => {
    const repository = await aRepository({ breakAfterBytes: 20_000 })
    const deps = { db, target: repository.target, source }
    await write(100)
    await expect(forwardTrail(deps)).rejects.toThrow(/./)
    await repository.close()
    await expect(forwardTrail(deps)).rejects.toThrow('ECONNREFUSED')
    const again = await aRepository()
    expect(await forwardTrail({ ...deps, target: again.target })).toBe(100)
    expect(new Set(idsOf(again.messages)).size).toBe(100)
    await again.close()
  }, 20_000)

  test('a repository that cannot show who it is gets nothing', async () => {
    const repository = await aRepository()
    const { ca: _ca, ...unknown } = repository.target
    await write(1)
    await expect(forwardTrail({ db, target: unknown, source })).rejects.toThrow(/certificate/i)
    expect(repository.messages).toEqual([])
    await repository.close()
  })

  test('by UDP each message is a datagram', async () => {
    const socket = createSocket('udp4')
    const got: string[] = []
    socket.on('message', (message) => { got.push(message.toString('utf8')) })
    await new Promise<void>((resolve) => { socket.bind(0, '127.0.0.1', resolve) })
    await sendSyslog(syslogTarget(`udp://127.0.0.1:${String(socket.address().port)}`), [{ at: entry.occurredAt, content: auditMessage(entry, source) }], hostname())
    await expect.poll(() => got, { timeout: 10_000 }).toHaveLength(1)
    expect(got[0]).toBe(syslogLine({ at: entry.occurredAt, content: auditMessage(entry, source) }, hostname()).toString('utf8'))
    socket.close()
  })

  test('an address that is neither is refused', () => { expect(() => syslogTarget('tcp://a:1')).toThrow('udp:// or tls://') })
})

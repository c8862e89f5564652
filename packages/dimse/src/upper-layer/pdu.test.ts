import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodePdu } from './pdu-decode.ts'
import { encodePdu } from './pdu-encode.ts'
import {
  PduError, pduHeaderBytes, pduTypes, userIdentityTypes, type AssociateAcceptPdu, type AssociateRequestPdu, type ContextResult, type ControlPdu, type PduName, type UserIdentity,
} from './pdu.ts'

const uid = fc.stringMatching(/^[0-2](\.[1-9][0-9]{0,5}){1,8}$/)
const aeTitle = fc.stringMatching(/^[A-Z0-9_]([A-Z0-9_ -]{0,14}[A-Z0-9_])?$/)
const bytes = fc.uint8Array({ maxLength: 300 })
const ids = fc.uniqueArray(fc.integer({ min: 0, max: 127 }).map((n) => 2 * n + 1), { maxLength: 128 })
const identity: fc.Arbitrary<UserIdentity> = fc.record({
  type: fc.constantFrom(...Object.keys(userIdentityTypes) as UserIdentity['type'][]),
  positiveResponseRequested: fc.boolean(),
  primary: bytes,
  secondary: bytes,
})
const commonExtended = fc.array(fc.record({ SOPClassUID: uid, serviceClassUID: uid, relatedGeneralSOPClassUIDs: fc.array(uid, { maxLength: 4 }) }), { minLength: 1, maxLength: 3 })
const userInformation = fc.record({
  maxPduLength: fc.oneof(fc.constant(0), fc.integer({ min: 8, max: 0xffffffff })),
  implementationClassUID: uid,
  implementationVersionName: aeTitle,
  asyncOperations: fc.record({ invoked: fc.nat(0xffff), performed: fc.nat(0xffff) }),
  roles: fc.array(fc.tuple(uid, fc.record({ scu: fc.boolean(), scp: fc.boolean() })), { minLength: 1, maxLength: 5 }).map((entries) => new Map(entries)),
  extended: fc.array(fc.tuple(uid, bytes), { minLength: 1, maxLength: 5 }).map((entries) => new Map(entries)),
  commonExtended,
  userIdentity: identity,
  userIdentityResponse: bytes,
}, { requiredKeys: [] })
const head = { protocolVersion: fc.constant(1), calledAETitle: aeTitle, callingAETitle: aeTitle, applicationContext: uid, userInformation }

const request: fc.Arbitrary<AssociateRequestPdu> = fc.record({
  name: fc.constant('A-ASSOCIATE-RQ' as const),
  ...head,
  contexts: ids.chain((list) => fc.tuple(...list.map((id) => fc.record({ id: fc.constant(id), abstractSyntax: uid, transferSyntaxes: fc.array(uid, { minLength: 1, maxLength: 5 }) })))),
})
const accept: fc.Arbitrary<AssociateAcceptPdu> = fc.record({
  name: fc.constant('A-ASSOCIATE-AC' as const),
  ...head,
  contexts: ids.chain((list) => fc.tuple(...list.map((id) => fc.record({ id: fc.constant(id), result: fc.constantFrom<ContextResult>(0, 1, 2, 3, 4), transferSyntax: uid })))),
})
const byte = fc.nat(255)
const control: fc.Arbitrary<ControlPdu> = fc.oneof(
  request,
  accept,
  fc.record({ name: fc.constant('A-ASSOCIATE-RJ' as const), result: byte, source: byte, reason: byte }),
  fc.constant({ name: 'A-RELEASE-RQ' as const }),
  fc.constant({ name: 'A-RELEASE-RP' as const }),
  fc.record({ name: fc.constant('A-ABORT' as const), source: byte, reason: byte }),
)

const bodyOf = (pdu: ControlPdu): Buffer => encodePdu(pdu).subarray(pduHeaderBytes)
const decode = (pdu: ControlPdu): ControlPdu => decodePdu(pdu.name, bodyOf(pdu))

describe('a PDU', () => {
  test('decodes to what was encoded', () => {
    fc.assert(fc.property(control, (pdu) => {
      expect(decode(pdu)).toEqual(pdu)
    }))
  })

  test('begins with its type and the length of what follows', () => {
    fc.assert(fc.property(control, (pdu) => {
      const encoded = encodePdu(pdu)
      expect(encoded[0]).toBe(pduTypes[pdu.name])
      expect(encoded.readUInt32BE(2)).toBe(encoded.length - pduHeaderBytes)
    }))
  })

  test('cut anywhere is refused as an invalid parameter value, or decodes without its last items', () => {
    fc.assert(fc.property(request, fc.nat(), (pdu, at) => {
      const body = bodyOf(pdu)
      try {
        decodePdu('A-ASSOCIATE-RQ', body.subarray(0, at % body.length))
      } catch (error) {
        expect(error).toBeInstanceOf(PduError)
        expect((error as PduError).reason).toBe(6)
      }
    }))
  })

  test('of any bytes at all is decoded or refused, never anything else', () => {
    const names = (Object.keys(pduTypes) as PduName[]).filter((name) => name !== 'P-DATA-TF')
    fc.assert(fc.property(fc.constantFrom(...names), fc.uint8Array({ maxLength: 400 }), (name, body) => {
      try {
        expect(decodePdu(name, body).name).toBe(name)
      } catch (error) {
        expect(error).toBeInstanceOf(PduError)
      }
    }), { numRuns: 2000 })
  })
})

/** An A-ASSOCIATE-RQ as a hand would write it: items as hex. */
function requestWith(...items: string[]): Buffer {
  return Buffer.concat([
    Buffer.from([0, 1, 0, 0]),
    Buffer.from('CALLED'.padEnd(16) + 'CALLING'.padEnd(16), 'latin1'),
    Buffer.alloc(32),
    ...items.map((item) => Buffer.from(item.replaceAll(' ', ''), 'hex')),
  ])
}
const text = (value: string): string => Buffer.from(value, 'latin1').toString('hex')
const item = (type: string, value: string): string => {
  const length = value.replaceAll(' ', '').length / 2
  return `${type}00${length.toString(16).padStart(4, '0')}${value}`
}
const context = (id: string): string => item('20', `${id}000000${item('30', text('1.2.840.10008.1.1'))}${item('40', text('1.2.840.10008.1.2'))}`)

describe('an A-ASSOCIATE-RQ', () => {
  test('has items of unknown type skipped, outside and inside its items', () => {
    const pdu = decodePdu('A-ASSOCIATE-RQ', requestWith(
      item('10', text('1.2.840.10008.3.1.1.1')), item('77', 'deadbeef'), context('01'),
      item('50', `${item('51', '00004000')}${item('99', '0102')}${item('55', text('V1'))}`),
    ))
    expect(pdu).toMatchObject({
      calledAETitle: 'CALLED', callingAETitle: 'CALLING', applicationContext: '1.2.840.10008.3.1.1.1',
      contexts: [{ id: 1, abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] }],
      userInformation: { maxPduLength: 16384, implementationVersionName: 'V1' },
    })
  })

  test('has context ids in any order', () => {
    const pdu = decodePdu('A-ASSOCIATE-RQ', requestWith(context('ff'), context('03'), context('7f'))) as AssociateRequestPdu
    expect(pdu.contexts.map(({ id }) => id)).toEqual([255, 3, 127])
  })

  test('has UIDs that some senders pad with NUL or a space', () => {
    const padded = item('20', `01000000${item('30', text('1.2.840.10008.1.1\0'))}${item('40', text('1.2.840.10008.1.2 '))}`)
    expect(decodePdu('A-ASSOCIATE-RQ', requestWith(padded))).toMatchObject({ contexts: [{ abstractSyntax: '1.2.840.10008.1.1', transferSyntaxes: ['1.2.840.10008.1.2'] }] })
  })

  test('tolerates a common extended negotiation with fields of a later version behind those known', () => {
    const uids = `0003${text('1.2')}0003${text('1.3')}0005 0003${text('1.4')} aabb`
    expect(decodePdu('A-ASSOCIATE-RQ', requestWith(item('50', item('57', uids))))).toMatchObject({
      userInformation: { commonExtended: [{ SOPClassUID: '1.2', serviceClassUID: '1.3', relatedGeneralSOPClassUIDs: ['1.4'] }] },
    })
  })

  test.each<[string, Buffer, RegExp]>([
    ['an even context id', requestWith(context('02')), /id 2 is not odd/],
    ['context id 0', requestWith(context('00')), /id 0 is not odd/],
    ['a context id twice', requestWith(context('05'), context('03'), context('05')), /id 5 stands twice/],
    ['a context without abstract syntax', requestWith(item('20', `01000000${item('40', text('1.2'))}`)), /context 1 proposes no abstract syntax/],
    ['a context without transfer syntax', requestWith(item('20', `01000000${item('30', text('1.2'))}`)), /context 1 proposes no transfer syntax/],
    ['an item longer than the PDU', requestWith('1000 ffff 31'), /item 10H of A-ASSOCIATE-RQ needs 65535 bytes where 1 are left/],
    ['a sub-item longer than its item', requestWith(item('50', '5100 0004 0000')), /item 51H of item 50H.* needs 4 bytes where 2 are left/],
    ['a maximum length of two bytes', requestWith(item('50', item('51', '4000'))), /maximum length needs 4 bytes where 2 are left/],
    ['a maximum length with no room for data', requestWith(item('50', item('51', '00000007'))), /maximum length of 7 leaves no room/],
    ['an unknown kind of user identity', requestWith(item('50', item('58', '0901 0000 0000'))), /user identity type 9/],
    ['an end before its AE titles', Buffer.alloc(10), /called AE title needs 16 bytes where 6 are left/],
  ])('with %s is refused with the reason', (_, body, message) => {
    expect(() => decodePdu('A-ASSOCIATE-RQ', body)).toThrow(message)
    expect(() => decodePdu('A-ASSOCIATE-RQ', body)).toThrow(PduError)
  })
})

/** From PDUs to bytes. */
import { itemTypes } from './item-types.ts'
import {
  pduHeaderBytes, pduTypes, pdvHeaderBytes, type AssociateAcceptPdu, type AssociateRequestPdu, type DataPdu, type Pdu, type PduName,
} from './pdu.ts'
import { item, textItem, uint16 } from './item-encode.ts'
import { encodeUserInformation } from './user-information-encode.ts'

/** A whole PDU. For P-DATA-TF that copies its values; `dataHeader` is for what should not be copied. */
export function encodePdu(pdu: Pdu): Buffer {
  switch (pdu.name) {
    case 'A-ASSOCIATE-RQ':
      return whole(pdu.name, [
        ...associateHead(pdu),
        ...pdu.contexts.map(({ id, abstractSyntax, transferSyntaxes }) => item(itemTypes.proposedContext, [
          Buffer.from([id, 0, 0, 0]),
          textItem(itemTypes.abstractSyntax, abstractSyntax),
          ...transferSyntaxes.map((transferSyntax) => textItem(itemTypes.transferSyntax, transferSyntax)),
        ])),
        encodeUserInformation(pdu.userInformation),
      ])
    case 'A-ASSOCIATE-AC':
      return whole(pdu.name, [
        ...associateHead(pdu),
        ...pdu.contexts.map(({ id, result, transferSyntax }) => item(itemTypes.contextResult, [
          Buffer.from([id, 0, result, 0]),
          textItem(itemTypes.transferSyntax, transferSyntax),
        ])),
        encodeUserInformation(pdu.userInformation),
      ])
    case 'A-ASSOCIATE-RJ':
      return whole(pdu.name, [Buffer.from([0, pdu.result, pdu.source, pdu.reason])])
    case 'P-DATA-TF':
      return encodeData(pdu)
    case 'A-RELEASE-RQ':
    case 'A-RELEASE-RP':
      return whole(pdu.name, [Buffer.alloc(4)])
    case 'A-ABORT':
      return whole(pdu.name, [Buffer.from([0, 0, pdu.source, pdu.reason])])
  }
}

/** PDU header and value header of a P-DATA-TF with one value of `valueBytes` bytes, which follow it on the line. */
export function dataHeader(contextId: number, kind: 'command' | 'dataSet', last: boolean, valueBytes: number): Buffer {
  const header = Buffer.allocUnsafe(pduHeaderBytes + pdvHeaderBytes)
  writePduHeader(header, 'P-DATA-TF', pdvHeaderBytes + valueBytes)
  writeValueHeader(header, pduHeaderBytes, contextId, kind, last, valueBytes)
  return header
}

function encodeData(pdu: DataPdu): Buffer {
  return whole(pdu.name, pdu.values.flatMap(({ contextId, kind, last, bytes }) => {
    const header = Buffer.allocUnsafe(pdvHeaderBytes)
    writeValueHeader(header, 0, contextId, kind, last, bytes.length)
    return [header, bytes]
  }))
}

function writeValueHeader(target: Buffer, at: number, contextId: number, kind: 'command' | 'dataSet', last: boolean, valueBytes: number): void {
  target.writeUInt32BE(valueBytes + 2, at)
  target.writeUInt8(contextId, at + 4)
  // Message control header: bit 0 command, bit 1 last fragment (PS3.8 §E.2).
  target.writeUInt8((kind === 'command' ? 1 : 0) | (last ? 2 : 0), at + 5)
}

function writePduHeader(target: Buffer, name: PduName, length: number): void {
  target.writeUInt8(pduTypes[name], 0)
  target.writeUInt8(0, 1)
  target.writeUInt32BE(length, 2)
}

function whole(name: PduName, parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.allocUnsafe(pduHeaderBytes)
  writePduHeader(header, name, parts.reduce((sum, part) => sum + part.length, 0))
  return Buffer.concat([header, ...parts])
}

function associateHead(pdu: AssociateRequestPdu | AssociateAcceptPdu): Uint8Array[] {
  return [
    uint16(pdu.protocolVersion),
    Buffer.alloc(2),
    aeTitle(pdu.calledAETitle),
    aeTitle(pdu.callingAETitle),
    Buffer.alloc(32),
    textItem(itemTypes.applicationContext, pdu.applicationContext),
  ]
}

/** @throws RangeError for an AE title of more than 16 characters */
function aeTitle(title: string): Buffer {
  if (title.length > 16) throw new RangeError(`AE title ${title} has more than 16 characters`)
  return Buffer.from(title.padEnd(16, ' '), 'latin1')
}

/** From bytes to PDUs. P-DATA-TF is not here: its values are handed on as they come (pdu-stream.ts). */
import { itemTypes } from './item-types.ts'
import {
  PduError, type AssociateAcceptPdu, type AssociateRequestPdu, type ContextResult, type ControlPdu, type PduName,
  type PresentationContextItem, type PresentationContextResult, type UserInformation,
} from './pdu.ts'
import { PduFields } from './pdu-fields.ts'
import { decodeUserInformation } from './user-information-decode.ts'

/**
 * The PDU of a type from the bytes after its header.
 * @throws PduError with the reason that an A-ABORT gives
 */
export function decodePdu(name: Exclude<PduName, 'P-DATA-TF'>, body: Uint8Array): ControlPdu {
  const fields = new PduFields(body, name)
  switch (name) {
    case 'A-ASSOCIATE-RQ':
      return decodeRequest(fields)
    case 'A-ASSOCIATE-AC':
      return decodeAccept(fields)
    case 'A-ASSOCIATE-RJ':
      fields.skip(1)
      return { name, result: fields.uint8('result'), source: fields.uint8('source'), reason: fields.uint8('reason') }
    case 'A-RELEASE-RQ':
    case 'A-RELEASE-RP':
      return { name }
    case 'A-ABORT':
      fields.skip(2)
      return { name, source: fields.uint8('source'), reason: fields.uint8('reason') }
  }
}

function decodeRequest(fields: PduFields): AssociateRequestPdu {
  const contexts: PresentationContextItem[] = []
  const head = associateHead(fields)
  const { applicationContext, userInformation } = decodeItems(fields, itemTypes.proposedContext, (item) => {
    contexts.push(decodeProposedContext(item))
  })
  assertContextIds(contexts)
  return { name: 'A-ASSOCIATE-RQ', ...head, applicationContext, userInformation, contexts }
}

function decodeAccept(fields: PduFields): AssociateAcceptPdu {
  const contexts: PresentationContextResult[] = []
  const head = associateHead(fields)
  const { applicationContext, userInformation } = decodeItems(fields, itemTypes.contextResult, (item) => {
    contexts.push(decodeContextResult(item))
  })
  assertContextIds(contexts)
  return { name: 'A-ASSOCIATE-AC', ...head, applicationContext, userInformation, contexts }
}

function associateHead(fields: PduFields): { protocolVersion: number; calledAETitle: string; callingAETitle: string } {
  const protocolVersion = fields.uint16('protocol version')
  fields.skip(2)
  const calledAETitle = fields.text(16, 'called AE title')
  const callingAETitle = fields.text(16, 'calling AE title')
  fields.skip(32)
  return { protocolVersion, calledAETitle, callingAETitle }
}

function decodeItems(fields: PduFields, contextType: number, onContext: (item: PduFields) => void): { applicationContext: string; userInformation: UserInformation } {
  let applicationContext = ''
  let userInformation: UserInformation = {}
  for (const { type, fields: item } of fields.items()) {
    if (type === itemTypes.applicationContext) applicationContext = item.text(item.left, 'application context name')
    else if (type === contextType) onContext(item)
    else if (type === itemTypes.userInformation) userInformation = decodeUserInformation(item)
  }
  return { applicationContext, userInformation }
}

function decodeProposedContext(item: PduFields): PresentationContextItem {
  const id = item.uint8('presentation context id')
  item.skip(3)
  let abstractSyntax: string | undefined
  const transferSyntaxes: string[] = []
  for (const { type, fields } of item.items()) {
    if (type === itemTypes.abstractSyntax) abstractSyntax = fields.text(fields.left, 'abstract syntax')
    else if (type === itemTypes.transferSyntax) transferSyntaxes.push(fields.text(fields.left, 'transfer syntax'))
  }
  if (abstractSyntax === undefined) throw new PduError(`presentation context ${id} proposes no abstract syntax`)
  if (transferSyntaxes.length === 0) throw new PduError(`presentation context ${id} proposes no transfer syntax`)
  return { id, abstractSyntax, transferSyntaxes }
}

function decodeContextResult(item: PduFields): PresentationContextResult {
  const id = item.uint8('presentation context id')
  item.skip(1)
  const result = item.uint8('result')
  item.skip(1)
  if (result > 4) throw new PduError(`presentation context ${id} has result ${result}, which is none of PS3.8 Table 9-18`)
  let transferSyntax = ''
  for (const { type, fields } of item.items()) {
    if (type === itemTypes.transferSyntax) transferSyntax = fields.text(fields.left, 'transfer syntax')
  }
  return { id, result: result as ContextResult, transferSyntax }
}

/** Odd, in any order, each once (PS3.8 §9.3.2.2). */
function assertContextIds(contexts: readonly { readonly id: number }[]): void {
  const seen = new Set<number>()
  for (const { id } of contexts) {
    if (id % 2 === 0) throw new PduError(`presentation context id ${id} is not odd`)
    if (seen.has(id)) throw new PduError(`presentation context id ${id} stands twice`)
    seen.add(id)
  }
}

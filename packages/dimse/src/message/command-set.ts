/** Command sets: Implicit VR Little Endian, whatever the transfer syntax of the data set (PS3.7 §6.3.1). */
import { commandElement, commandElements, type CommandKeyword, type CommandValues, type CommandVR } from './command-elements.ts'
import { DimseProtocolError } from './dimse-error.ts'

/** A command set: its Command Field and whatever else the message has, by keyword. */
export interface CommandSet extends CommandValues {
  readonly CommandField: number
}

/** Command Data Set Type (0000,0800): 0101H says that no data set follows, everything else that one does. */
export const NO_DATA_SET = 0x0101
const WITH_DATA_SET = 0x0001

const HEADER_BYTES = 8
const LONGEST_ERROR_COMMENT = 64

type WrittenKeyword = Exclude<CommandKeyword, 'CommandGroupLength'>
const writtenElements = Object.entries(commandElements)
  .filter(([keyword]) => keyword !== 'CommandGroupLength' && keyword !== 'CommandDataSetType') as [WrittenKeyword, readonly [number, CommandVR]][]

/**
 * The bytes of a command set, group length first, elements ascending, CommandDataSetType as `hasDataSet` says. An ErrorComment is
 * cut to its 64 characters and what is not ASCII in it becomes `?`: it has no character set.
 * @throws DimseProtocolError badMessage when a value does not fit its element
 */
export function encodeCommandSet(command: CommandSet, hasDataSet: boolean): Uint8Array {
  const elements: Buffer[] = []
  let isTypeWritten = false
  for (const [keyword, [element, vr]] of writtenElements) {
    if (!isTypeWritten && element > commandElements.CommandDataSetType[0]) {
      elements.push(dataSetType(hasDataSet))
      isTypeWritten = true
    }
    const value = command[keyword]
    if (value !== undefined) elements.push(encodeElement(element, encodeValue(keyword, vr, value)))
  }
  const length = Buffer.alloc(4)
  length.writeUInt32LE(elements.reduce((total, bytes) => total + bytes.length, 0))
  return Buffer.concat([encodeElement(commandElements.CommandGroupLength[0], length), ...elements])
}

function dataSetType(hasDataSet: boolean): Buffer {
  return encodeElement(commandElements.CommandDataSetType[0], uint16(hasDataSet ? WITH_DATA_SET : NO_DATA_SET))
}

function encodeElement(element: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + value.length)
  bytes.writeUInt16LE(element, 2)
  bytes.writeUInt32LE(value.length, 4)
  value.copy(bytes, HEADER_BYTES)
  return bytes
}

function encodeValue(keyword: WrittenKeyword, vr: CommandVR, value: number | string | readonly number[]): Buffer {
  if (vr === 'US') {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0xffff) throw unfit(keyword, 'is no 16-bit number')
    return uint16(value)
  }
  if (vr === 'AT') {
    if (!Array.isArray(value)) throw unfit(keyword, 'is no list of tags')
    return Buffer.concat((value as readonly number[]).map((tag) => Buffer.concat([uint16(tag >>> 16), uint16(tag & 0xffff)])))
  }
  if (typeof value !== 'string') throw unfit(keyword, 'is no text')
  return encodeText(keyword, vr, value)
}

function encodeText(keyword: WrittenKeyword, vr: CommandVR, value: string): Buffer {
  if (vr === 'LO') return padded(Buffer.from(value.replace(/[^\x20-\x5b\x5d-\x7e]/g, '?').slice(0, LONGEST_ERROR_COMMENT), 'latin1'), 0x20)
  if (vr === 'UI') {
    if (!isUID(value)) throw unfit(keyword, 'is no UID')
    return padded(Buffer.from(value, 'latin1'), 0x00)
  }
  if (!/^[\x20-\x5b\x5d-\x7e]{1,16}$/.test(value)) throw unfit(keyword, 'is no AE title')
  return padded(Buffer.from(value, 'latin1'), 0x20)
}

const unfit = (keyword: string, problem: string): DimseProtocolError => new DimseProtocolError('badMessage', `${keyword} ${problem}`)

/** Whether a text has the characters and the length of a UID (PS3.5 §9.1); what its components are is not looked at. */
export function isUID(text: string): boolean {
  return /^[0-9.]{1,64}$/.test(text)
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

const padded = (bytes: Buffer, padding: number): Buffer => (bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(padding)]))

/**
 * A command set out of its bytes. Forgiven, since it takes nothing from a correct sender: a wrong or missing group length, elements
 * out of order, NUL or space padding in any text, elements PS3.7 does not know (skipped). A value of the wrong length counts as absent.
 * Texts are handed on as sent: whoever uses a UID has to check it.
 * @throws DimseProtocolError badCommandSet when the bytes cannot be elements of group 0000 or CommandField is missing
 */
export function decodeCommandSet(bytes: Uint8Array): CommandSet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values: Record<string, number | string | readonly number[]> = {}
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < HEADER_BYTES) throw new DimseProtocolError('badCommandSet', 'the command set ends inside an element')
    const length = view.getUint32(at + 4, true)
    if (view.getUint16(at, true) !== 0) throw new DimseProtocolError('badCommandSet', 'the command set has an element of another group')
    if (length > bytes.length - at - HEADER_BYTES) throw new DimseProtocolError('badCommandSet', 'an element is longer than its command set')
    const known = commandElement(view.getUint16(at + 2, true))
    if (known && known.keyword !== 'CommandGroupLength') {
      const value = decodeValue(known.vr, bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length))
      if (value !== undefined) values[known.keyword] = value
    }
    at += HEADER_BYTES + length
  }
  const { CommandField } = values
  if (typeof CommandField !== 'number') throw new DimseProtocolError('badCommandSet', 'the command set has no CommandField')
  return { ...values, CommandField }
}

function decodeValue(vr: CommandVR, value: Uint8Array): number | string | readonly number[] | undefined {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  if (vr === 'US' || vr === 'UL') {
    const width = vr === 'US' ? 2 : 4
    if (value.length !== width) return undefined
    return vr === 'US' ? view.getUint16(0, true) : view.getUint32(0, true)
  }
  if (vr === 'AT') {
    if (value.length % 4 !== 0) return undefined
    return Array.from({ length: value.length / 4 }, (_, index) => ((view.getUint16(index * 4, true) << 16) | view.getUint16(index * 4 + 2, true)) >>> 0)
  }
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1').replace(/[\0 ]+$/, '')
  return vr === 'UI' ? text : text.replace(/^ +/, '')
}

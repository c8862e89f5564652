import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commandElements, type CommandKeyword } from './command-elements.ts'
import { commandFields } from './command-field.ts'
import { decodeCommandSet, encodeCommandSet, type CommandSet } from './command-set.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

/** C-ECHO-RQ with MessageID 1, as DCMTK's echoscu sends it. */
const echoRequest = hex(`
  0000 0000 04000000 38000000  0000 0200 12000000 312e322e3834302e31303030382e312e3100
  0000 0001 02000000 3000  0000 1001 02000000 0100  0000 0008 02000000 0101`.replace(/\s+/g, ''))

const uid = fc.stringMatching(/^[0-9]{1,4}(\.[0-9]{1,8}){1,6}$/)
const title = fc.stringMatching(/^[A-Z0-9_]{1,16}$/)
const uint16 = fc.integer({ min: 0, max: 0xffff })
const tags = fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 20 })
const values: Record<string, fc.Arbitrary<unknown>> = { UI: uid, AE: title, US: uint16, AT: tags, LO: fc.stringMatching(/^([A-Za-z][A-Za-z .]{0,62}[a-z])?$/) }
const writable = (Object.keys(commandElements) as CommandKeyword[]).filter((keyword) => keyword !== 'CommandGroupLength' && keyword !== 'CommandDataSetType')
const anyCommand = fc.record(
  Object.fromEntries(writable.map((keyword) => [keyword, values[commandElements[keyword][1]] ?? fc.constant(undefined)])),
  { requiredKeys: ['CommandField'] },
) as unknown as fc.Arbitrary<CommandSet>

describe('a command set', () => {
  test('is written as DCMTK writes it', () => {
    const command = { CommandField: commandFields['C-ECHO-RQ'], AffectedSOPClassUID: '1.2.840.10008.1.1', MessageID: 1 }
    expect(Buffer.from(encodeCommandSet(command, false)).toString('hex')).toBe(Buffer.from(echoRequest).toString('hex'))
    expect(decodeCommandSet(echoRequest)).toEqual({ ...command, CommandDataSetType: 0x0101 })
  })

  test('is read as it was written, whatever elements it has', () => {
    fc.assert(fc.property(anyCommand, fc.boolean(), (command, hasDataSet) => {
      const read = decodeCommandSet(encodeCommandSet(command, hasDataSet))
      expect(read).toEqual({ ...command, CommandDataSetType: hasDataSet ? 1 : 0x0101 })
    }))
  })

  test('has its elements ascending, all of even length, and the group length of what follows', () => {
    fc.assert(fc.property(anyCommand, (command) => {
      const bytes = Buffer.from(encodeCommandSet(command, true))
      expect(bytes.readUInt32LE(8)).toBe(bytes.length - 12)
      let last = -1
      for (let at = 0; at < bytes.length;) {
        expect(bytes.readUInt16LE(at + 2)).toBeGreaterThan(last)
        last = bytes.readUInt16LE(at + 2)
        expect(bytes.readUInt32LE(at + 4) % 2).toBe(0)
        at += 8 + bytes.readUInt32LE(at + 4)
      }
    }))
  })

  test('is read also without group length, with unknown elements and with NUL behind an AE title', () => {
    const bytes = hex('0000 0001 02000000 0100' + '0000 1051 02000000 3320' + '0000 0006 04000000 41450000')
    expect(decodeCommandSet(bytes)).toEqual({ CommandField: 1, MoveDestination: 'AE' })
  })

  test.each([
    ['an element that is cut off', '0000 0001 0200'],
    ['a length beyond the end', '0000 0001 ffffff7f 0100'],
    ['an element of another group', '0800 1800 02000000 3100'],
    ['no CommandField', '0000 1001 02000000 0100'],
    ['a CommandField of three bytes', '0000 0001 03000000 010000'],
    ['no bytes at all', ''],
  ])('is refused with %s', (_, bytes) => {
    expect(() => decodeCommandSet(hex(bytes))).toThrow(expect.objectContaining({ name: 'DimseProtocolError', code: 'badCommandSet' }))
  })

  test('any bytes are read or refused, nothing else', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        expect(decodeCommandSet(bytes).CommandField).toBeTypeOf('number')
      } catch (error) {
        expect(error).toMatchObject({ name: 'DimseProtocolError' })
      }
    }))
  })

  test('an error comment has 64 characters of ASCII at most, and no delimiter', () => {
    const read = decodeCommandSet(encodeCommandSet({ CommandField: 0x8001, ErrorComment: `Plattenspeicher \\ erschöpft ${'x'.repeat(100)}` }, false))
    expect(read.ErrorComment).toBe(`Plattenspeicher ? ersch?pft ${'x'.repeat(36)}`)
  })

  test.each([
    [{ AffectedSOPInstanceUID: '../etc/passwd' }],
    [{ AffectedSOPInstanceUID: '1'.repeat(65) }],
    [{ MoveDestination: 'SEVENTEEN_LETTERS' }],
    [{ MessageID: 65_536 }],
    [{ Status: -1 }],
  ])('%j is not written', (wrong) => {
    expect(() => encodeCommandSet({ CommandField: 1, ...wrong }, false)).toThrow(expect.objectContaining({ code: 'badMessage' }))
  })
})

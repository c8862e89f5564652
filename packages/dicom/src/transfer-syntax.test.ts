import { expect, test } from 'vitest'
import { sopClass, storageSOPClasses } from './sop-class.ts'
import { allTransferSyntaxes, transferSyntax } from './transfer-syntax.ts'
import { registeredUIDs } from './uids.generated.ts'

/** Registered, but not of a stored data set: MIME and XML wrappings, and media streams on the wire (PS3.22). */
const notOfObjects = /^1\.2\.840\.10008\.1\.2\.(6\.[12]|7\.[123])$/

test('knows every registered transfer syntax of stored objects, by its registered name', () => {
  const registered = registeredUIDs.filter(([uid, , type]) => type === 'Transfer Syntax' && !notOfObjects.test(uid))
  expect(registered.length).toBeGreaterThan(50)
  for (const [uid, , , retired, name] of registered) expect(transferSyntax(uid), uid).toMatchObject({ name, retired })
})

test('only three encode without explicit VR, only one with big endian values', () => {
  expect(allTransferSyntaxes().filter((syntax) => !syntax.explicitVR).map((syntax) => syntax.uid)).toEqual(['1.2.840.10008.1.2', '1.2.840.10008.1.20', '1.2.840.113619.5.2'])
  expect(allTransferSyntaxes().filter((syntax) => !syntax.littleEndian).map((syntax) => syntax.uid)).toEqual(['1.2.840.10008.1.2.2'])
})

test('what is lossless cannot lose, what is video cannot be cut into frames', () => {
  for (const syntax of allTransferSyntaxes()) {
    if (/lossless/i.test(syntax.name) && !/lossy/i.test(syntax.name)) expect(syntax.lossy, syntax.name).toBe(false)
    if (syntax.video) expect(syntax.mediaType, syntax.name).toMatch(/^video\//)
  }
})

test('an unknown transfer syntax stays unknown', () => {
  expect(transferSyntax('1.2.3')).toBeUndefined()
})

test('knows storage SOP classes from those that are queried, printed or committed', () => {
  expect(sopClass('1.2.840.10008.5.1.4.1.1.2')).toMatchObject({ keyword: 'CTImageStorage', name: 'CT Image Storage', isStorage: true })
  expect(sopClass('1.2.840.10008.1.20.1')).toMatchObject({ isStorage: false })
  expect(sopClass('1.2.840.10008.5.1.4.1.2.2.1')).toMatchObject({ isStorage: false })
  expect(sopClass('1.2.840.10008.1.3.10')).toMatchObject({ isStorage: false })
  expect(storageSOPClasses().length).toBeGreaterThan(180)
})

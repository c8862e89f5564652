/** Instances stored to be retrieved in tests. */
import type { DicomJson } from '@isocenter/dicom'
import { anInstance, bytesOf, type InstanceInput } from '@isocenter/testkit'
import { expect } from 'vitest'
import type { TestService } from '../service.fixture.ts'

export const ELE = '1.2.840.10008.1.2.1'
export const ImplicitVRLittleEndian = '1.2.840.10008.1.2'
export const ExplicitVRBigEndian = '1.2.840.10008.1.2.2'
export const Deflated = '1.2.840.10008.1.2.1.99'
export const RLELossless = '1.2.840.10008.1.2.5'

export const value = (json: DicomJson, tag: string) => json[tag]?.Value?.[0]
export const pathOf = (json: DicomJson) => `/studies/${String(value(json, '0020000D'))}/series/${String(value(json, '0020000E'))}/instances/${String(value(json, '00080018'))}`
export const pixelsOf = (json: DicomJson) => Buffer.from(json['7FE00010']?.InlineBinary ?? '', 'base64')

/** Stores one instance and gives its path, its JSON and the bytes that went. */
export async function stored(service: TestService, input: InstanceInput = {}, transferSyntaxUID = ELE): Promise<{ path: string; json: DicomJson; bytes: Buffer }> {
  const json = anInstance(input)
  const bytes = Buffer.from(bytesOf(json, { transferSyntaxUID }))
  const response = await service.store([bytes])
  expect([200, 202]).toContain(response.statusCode)
  return { path: pathOf(json), json, bytes }
}

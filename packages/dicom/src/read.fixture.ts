/** Objects read in tests, and what became of them. */
import { explicit, explicitFile, u16 } from './raw-object.fixture.ts'
import { readInstance, type ParsedInstance, type ReadOptions } from './read.ts'
import type { ReadWarningCode } from './read-error.ts'

export const PatientName = 0x0010_0010
export const PatientID = 0x0010_0020
export const Rows = 0x0028_0010
export const ReferencedSeriesSequence = 0x0008_1115
export const PixelData = 0x7fe0_0010

/** What reading has nothing to say against. */
export const anImage = explicitFile(
  explicit(0x0008_0005, 'CS', 'ISO_IR 192'), explicit(0x0008_0018, 'UI', '1.2.3\0'), explicit(PatientName, 'PN', 'Doe^Jane'), explicit(Rows, 'US', u16(2)),
  explicit(PixelData, 'OW', new Uint8Array(8)),
)

/** The codes of its warnings, each once. */
export function codes(instance: ParsedInstance): ReadWarningCode[] {
  return [...new Set(instance.warnings.map((warning) => warning.code))]
}

/** What reading fails with; `was read` where it does not. */
export function refusal(bytes: Uint8Array, options?: ReadOptions): Promise<unknown> {
  return readInstance(bytes, options).then(() => 'was read', (error: unknown) => error)
}

/** The shape of the emscripten modules that @cornerstonejs publishes: classes with buffers of their own memory. */
import { createRequire } from 'node:module'
import { CodecError } from './codec-error.ts'

/** What a stream holds, as these codecs say it. */
export interface FrameInfo {
  readonly width: number
  readonly height: number
  readonly bitsPerSample: number
  readonly componentCount: number
  readonly isSigned: boolean
  readonly isUsingColorTransform?: boolean
}

export interface Decoder {
  readonly getEncodedBuffer: (length: number) => Uint8Array
  readonly decode: () => void
  /** A view of the module's memory, gone with the next call. */
  readonly getDecodedBuffer: () => Uint8Array
  readonly delete: () => void
}

export interface Encoder {
  readonly getDecodedBuffer: (info: FrameInfo) => Uint8Array
  readonly encode: () => void
  readonly getEncodedBuffer: () => Uint8Array
  readonly delete: () => void
}

type Factory<T> = (overrides: { print: () => void; printErr: () => void }) => Promise<T>

/** Loads one module, silent: what codecs print is for their makers. */
export async function loadModule<T>(name: string): Promise<T> {
  const load = createRequire(import.meta.url)(name) as Factory<T>
  return load({ print: () => {}, printErr: () => {} })
}

/** The samples of a stream, in memory of their own. @throws CodecError malformed */
export function decodedBy(decoder: Decoder, bytes: Uint8Array): Uint8Array {
  return attempt(decoder, () => {
    decoder.getEncodedBuffer(bytes.length).set(bytes)
    decoder.decode()
    return new Uint8Array(decoder.getDecodedBuffer())
  })
}

/** The stream of the samples. @throws CodecError malformed */
export function encodedBy(encoder: Encoder, pixels: Uint8Array, info: FrameInfo): Uint8Array {
  return attempt(encoder, () => {
    encoder.getDecodedBuffer(info).set(pixels)
    encoder.encode()
    return new Uint8Array(encoder.getEncodedBuffer())
  })
}

/** After a trap the module's memory is not to be touched again; a C++ exception arrives as its address or in emscripten's own class. */
function attempt<T>(codec: Decoder | Encoder, work: () => T): T {
  try {
    const result = work()
    codec.delete()
    return result
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error
    codec.delete()
    throw new CodecError('malformed', 'the codec refuses the frame', { cause: error })
  }
}

/** What a picture of these samples is to an encoder. */
export function frameInfoOf({ Rows, Columns, SamplesPerPixel }: { Rows: number; Columns: number; SamplesPerPixel: number }, precision: number, isSigned: boolean): FrameInfo {
  return { width: Columns, height: Rows, bitsPerSample: precision, componentCount: SamplesPerPixel, isSigned }
}

/**
 * The WebAssembly module of dcmjs-codecs: IJG's JPEG (8, 12 and 16 bit, lossless and progressive) and OpenJPEG. Only the
 * module is used, through the calls it exports; the package's own JavaScript builds on data sets of dcmjs.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { CodecError } from './codec-error.ts'
import type { FrameFormat } from './frame-format.ts'

type Call = (...args: number[]) => number
type Pointer = number

interface Exports {
  readonly memory: WebAssembly.Memory
  readonly call: (name: string, ...args: number[]) => number
}

/** How the module numbers photometric interpretations. */
const photometricInterpretations = ['MONOCHROME1', 'MONOCHROME2', 'PALETTE COLOR', 'RGB', 'YBR_FULL', 'YBR_FULL_422', 'YBR_PARTIAL_422', 'YBR_PARTIAL_420', 'YBR_ICT', 'YBR_RCT']

/** The container samples are in: what the module calls bits allocated and stored. */
export interface Samples {
  readonly allocated: 8 | 16
  readonly precision: number
}

let compiled: WebAssembly.Module | undefined
let opened: Exports | undefined

function open(): Exports {
  if (opened) return opened
  compiled ??= new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve('dcmjs-codecs/build/dcmjs-native-codecs.wasm')))
  const instance = new WebAssembly.Instance(compiled, imports(() => opened?.memory))
  const functions = instance.exports
  const memory = functions['memory']
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('the codec module has no memory')
  const call = (name: string, ...args: number[]): number => {
    const exported = functions[name]
    if (typeof exported !== 'function') throw new Error(`the codec module has no ${name}`)
    return (exported as Call)(...args)
  }
  opened = { memory, call }
  call('_initialize')
  return opened
}

/** The few system calls the module makes: it may say why it fails, and nothing else. */
function imports(memory: () => WebAssembly.Memory | undefined): WebAssembly.Imports {
  const nothing = (): number => 0
  return {
    env: {
      onCodecsException: () => { throw new CodecError('malformed', 'the codec refuses the frame') },
      onCodecsInfo: nothing, onCodecsTrace: nothing, emscripten_notify_memory_growth: nothing,
    },
    wasi_snapshot_preview1: {
      proc_exit: () => { throw new WebAssembly.RuntimeError('the codec gave up') },
      clock_time_get: nothing, fd_close: nothing, fd_seek: nothing, environ_get: nothing,
      environ_sizes_get: (count: Pointer, size: Pointer) => {
        const buffer = memory()?.buffer
        if (buffer) for (const pointer of [count, size]) new DataView(buffer).setUint32(pointer, 0, true)
        return 0
      },
      // What libraries print may hold nothing of the image, but is of no use to anybody either.
      fd_write: (_file: number, parts: Pointer, count: number, written: Pointer) => {
        const buffer = memory()?.buffer
        if (!buffer) return 0
        const view = new DataView(buffer)
        let total = 0
        for (let part = 0; part < count; part++) total += view.getUint32(parts + part * 8 + 4, true)
        view.setUint32(written, total, true)
        return 0
      },
    },
  }
}

/** Samples of a JPEG stream, in bytes or little endian words, colours by pixel and as they were encoded. @throws CodecError malformed */
export function decodeJpegWith(bytes: Uint8Array, format: FrameFormat, samples: Samples): Uint8Array {
  const { memory, call } = open()
  const context = contextOf(call, format, samples)
  const parameters = call('CreateDecoderParameters')
  call('SetConvertColorspaceToRgb', parameters, 0)
  call('SetEncodedBufferSize', context, bytes.length)
  new Uint8Array(memory.buffer).set(bytes, call('GetEncodedBuffer', context))
  attempt(call, 'DecodeJpeg', context, parameters)
  // Not slice on a Buffer: the result must own its memory, the module's goes.
  const result = new Uint8Array(memory.buffer, call('GetDecodedBuffer', context), call('GetDecodedBufferSize', context)).slice()
  call('ReleaseDecoderParameters', parameters)
  call('ReleaseCodecsContext', context)
  return result
}

/** Settings of an encoder, by the module's names. */
export interface EncoderSettings {
  readonly lossy: boolean
  /** JPEG, 1 to 100. */
  readonly quality?: number
  /** JPEG 2000, uncompressed to compressed. */
  readonly rate?: number
  /** JPEG 2000: whether components are transformed. */
  readonly transformComponents?: boolean
}

/** A stream of the samples. @throws CodecError malformed */
export function encodeWith(name: 'EncodeJpeg' | 'EncodeJpeg2000', pixels: Uint8Array, format: FrameFormat, samples: Samples, settings: EncoderSettings): Uint8Array {
  const { memory, call } = open()
  const context = contextOf(call, format, samples)
  const parameters = call('CreateEncoderParameters')
  call('SetLossy', parameters, settings.lossy ? 1 : 0)
  call('SetQuality', parameters, settings.quality ?? 90)
  call('SetSmoothingFactor', parameters, 0)
  call('SetSampleFactor', parameters, 0)
  call('SetPredictor', parameters, 1)
  call('SetPointTransform', parameters, 0)
  call('SetProgressionOrder', parameters, 0)
  call('SetRate', parameters, settings.rate ?? 0)
  call('SetAllowMct', parameters, settings.transformComponents === true ? 1 : 0)
  call('SetDecodedBufferSize', context, pixels.length)
  new Uint8Array(memory.buffer).set(pixels, call('GetDecodedBuffer', context))
  attempt(call, name, context, parameters)
  const result = new Uint8Array(memory.buffer, call('GetEncodedBuffer', context), call('GetEncodedBufferSize', context)).slice()
  call('ReleaseEncoderParameters', parameters)
  call('ReleaseCodecsContext', context)
  return result
}

/** After a trap, or an exception that unwound the module's stack, its memory is not to be used again. */
function attempt(call: Exports['call'], name: string, context: Pointer, parameters: Pointer): void {
  try {
    call(name, context, parameters)
  } catch (error) {
    opened = undefined
    throw error
  }
}

function contextOf(call: Exports['call'], format: FrameFormat, { allocated, precision }: Samples): Pointer {
  const context = call('CreateCodecsContext')
  call('SetColumns', context, format.Columns)
  call('SetRows', context, format.Rows)
  call('SetBitsAllocated', context, allocated)
  call('SetBitsStored', context, precision)
  call('SetSamplesPerPixel', context, format.SamplesPerPixel)
  call('SetPixelRepresentation', context, format.PixelRepresentation)
  call('SetPlanarConfiguration', context, 0)
  call('SetPhotometricInterpretation', context, Math.max(0, photometricInterpretations.indexOf(format.PhotometricInterpretation)))
  return context
}

/** What a video says of itself: codec, picture size, frames and their rate (ISO 14496-12, ISO 13818-2). */
import type { DicomJson } from '@isocenter/dicom'

export interface Video {
  readonly transferSyntaxUID: string
  readonly attributes: DicomJson
}

/** Reads bytes of the video; used for the few boxes that matter, wherever they stand. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>

/** A movie's description of its samples is seldom a megabyte; longer is not looked at. */
const maxMovieBytes = 16 * 1024 * 1024
const maxBoxes = 10_000

const mpeg2MainLevel = '1.2.840.10008.1.2.4.100'
const mpeg2HighLevel = '1.2.840.10008.1.2.4.101'
const h264 = '1.2.840.10008.1.2.4.102'
const h264At42 = '1.2.840.10008.1.2.4.104'
const h265 = '1.2.840.10008.1.2.4.107'
const h265Main10 = '1.2.840.10008.1.2.4.108'

/** An MPEG-4 file; undefined when it has no video track this server has a transfer syntax for. */
export async function readMp4(read: ReadAt, length: number): Promise<Video | undefined> {
  const movie = await movieBox(read, length)
  const track = movie && videoTrack(movie)
  if (!track) return undefined
  const { entry } = track
  // What is recorded piece by piece has its samples in fragments behind the movie.
  const { frames, milliseconds = 0 } = track.frames > 0 ? track : await fragmentedSamples(read, length, track) ?? {}
  const codec = entry.toString('latin1', 4, 8)
  const transferSyntaxUID = codec === 'avc1' || codec === 'avc3' ? h264Syntax(entry) : codec === 'hvc1' || codec === 'hev1' ? h265Syntax(entry) : undefined
  if (transferSyntaxUID === undefined) return undefined
  return {
    transferSyntaxUID,
    attributes: videoAttributes({
      Rows: entry.readUInt16BE(34), Columns: entry.readUInt16BE(32), frames, frameTime: frames !== undefined && frames > 0 && milliseconds > 0 ? milliseconds / frames : undefined,
      method: transferSyntaxUID === h264 || transferSyntaxUID === h264At42 ? 'ISO_14496_10' : 'ISO_23008_2',
      bits: transferSyntaxUID === h265Main10 ? 10 : 8,
    }),
  }
}

/** An MPEG-2 elementary, program or transport stream; the number of frames it does not say. */
export function readMpeg2(head: Buffer): Video | undefined {
  const at = head.indexOf(Buffer.from([0, 0, 1, 0xb3]))
  if (at === -1 || at + 8 > head.length) return undefined
  const size = head.readUIntBE(at + 4, 3)
  const Columns = size >> 12
  const Rows = size & 0xfff
  const rates: Readonly<Record<number, number>> = { 1: 24_000 / 1001, 2: 24, 3: 25, 4: 30_000 / 1001, 5: 30, 6: 50, 7: 60_000 / 1001, 8: 60 }
  const rate = rates[(head[at + 7] ?? 0) & 0x0f]
  return {
    transferSyntaxUID: Columns > 720 || Rows > 576 ? mpeg2HighLevel : mpeg2MainLevel,
    attributes: videoAttributes({ Rows, Columns, frames: undefined, frameTime: rate === undefined ? undefined : 1000 / rate, method: 'ISO_13818_2', bits: 8 }),
  }
}

interface VideoFacts {
  readonly Rows: number
  readonly Columns: number
  readonly frames: number | undefined
  /** Milliseconds of a frame. */
  readonly frameTime: number | undefined
  readonly method: string
  readonly bits: 8 | 10
}

function videoAttributes({ Rows, Columns, frames, frameTime, method, bits }: VideoFacts): DicomJson {
  return {
    ...(frameTime !== undefined && { '00181063': { vr: 'DS', Value: [Number(frameTime.toFixed(6))] } }),
    '00280002': { vr: 'US', Value: [3] }, '00280004': { vr: 'CS', Value: ['YBR_PARTIAL_420'] }, '00280006': { vr: 'US', Value: [0] },
    ...(frames !== undefined && { '00280008': { vr: 'IS', Value: [frames] } }),
    ...(frameTime !== undefined && { '00280009': { vr: 'AT', Value: ['00181063'] } }),
    '00280010': { vr: 'US', Value: [Rows] }, '00280011': { vr: 'US', Value: [Columns] },
    '00280100': { vr: 'US', Value: [bits > 8 ? 16 : 8] }, '00280101': { vr: 'US', Value: [bits] }, '00280102': { vr: 'US', Value: [bits - 1] }, '00280103': { vr: 'US', Value: [0] },
    '00282110': { vr: 'CS', Value: ['01'] }, '00282114': { vr: 'CS', Value: [method] },
  }
}

interface FileBox {
  readonly type: string
  /** Where its content begins, and how long that is. */
  readonly offset: number
  readonly length: number
}

/** The boxes of a file in their order, as far as they are whole; each is a read, so whoever asks bounds their number. */
async function* fileBoxes(read: ReadAt, length: number): AsyncGenerator<FileBox> {
  for (let at = 0; at + 8 <= length;) {
    const header = await read(at, Math.min(16, length - at))
    const short = header.readUInt32BE(0)
    const size = short === 0 ? length - at : short === 1 && header.length === 16 ? Number(header.readBigUInt64BE(8)) : short
    const headerBytes = short === 1 ? 16 : 8
    if (size < headerBytes || at + size > length) return
    yield { type: header.toString('latin1', 4, 8), offset: at + headerBytes, length: size - headerBytes }
    at += size
  }
}

/** The moov box, which may stand behind the media. */
async function movieBox(read: ReadAt, length: number): Promise<Buffer | undefined> {
  let seen = 0
  for await (const box of fileBoxes(read, length)) {
    if (++seen > maxBoxes) return undefined
    if (box.type === 'moov') return box.length > maxMovieBytes ? undefined : read(box.offset, box.length)
  }
  return undefined
}

const sampleDuration = 0x100
const samplesHaveSize = 0x200
const samplesHaveFlags = 0x400
const samplesHaveOffset = 0x800

/** Samples of a track and how long they last, out of its fragments (ISO 14496-12 §8.8); undefined where there are more than are looked at: fewer than there are is no number. */
async function fragmentedSamples(read: ReadAt, length: number, { trackId, timescale, defaultDuration }: Track): Promise<{ frames: number; milliseconds: number } | undefined> {
  let frames = 0
  let duration = 0
  let seen = 0
  for await (const box of fileBoxes(read, length)) {
    if (++seen > maxBoxes) return undefined
    if (box.type !== 'moof') continue
    if (box.length > maxMovieBytes) return undefined
    for (const { type, content } of boxes(await read(box.offset, box.length))) {
      const header = type === 'traf' ? inside(content, 'tfhd') : undefined
      if (header === undefined || header.length < 8 || header.readUInt32BE(4) !== trackId) continue
      const ofFragment = fragmentDuration(header) ?? defaultDuration
      for (const run of boxes(content)) {
        if (run.type !== 'trun' || run.content.length < 8) continue
        const samples = run.content.readUInt32BE(4)
        frames += samples
        duration += runDuration(run.content, samples) ?? samples * ofFragment
      }
    }
  }
  return { frames, milliseconds: timescale === 0 ? 0 : (duration * 1000) / timescale }
}

/** default_sample_duration of a track fragment header; undefined where it has none. */
function fragmentDuration(header: Buffer): number | undefined {
  const flags = header.readUInt32BE(0) & 0xffffff
  const at = 8 + ((flags & 1) !== 0 ? 8 : 0) + ((flags & 2) !== 0 ? 4 : 0)
  return (flags & 8) !== 0 && at + 4 <= header.length ? header.readUInt32BE(at) : undefined
}

/** Of samples that have durations of their own; undefined where they have not. */
function runDuration(run: Buffer, samples: number): number | undefined {
  const flags = run.readUInt32BE(0) & 0xffffff
  if ((flags & sampleDuration) === 0) return undefined
  const stride = [sampleDuration, samplesHaveSize, samplesHaveFlags, samplesHaveOffset].filter((one) => (flags & one) !== 0).length * 4
  let at = 8 + ((flags & 1) !== 0 ? 4 : 0) + ((flags & 4) !== 0 ? 4 : 0)
  let duration = 0
  for (let nth = 0; nth < samples && at + 4 <= run.length; nth++, at += stride) duration += run.readUInt32BE(at)
  return duration
}

interface Track {
  readonly trackId: number
  /** Units of time in a second. */
  readonly timescale: number
  /** Of a sample of a fragment that says nothing of it. */
  readonly defaultDuration: number
  /** The first sample entry, a VisualSampleEntry. */
  readonly entry: Buffer
  readonly frames: number
  readonly milliseconds: number
}

function videoTrack(movie: Buffer): Track | undefined {
  for (const { type, content } of boxes(movie)) {
    const media = type === 'trak' ? inside(content, 'mdia') : undefined
    if (!media || inside(media, 'hdlr')?.toString('latin1', 8, 12) !== 'vide') continue
    const samples = inside(inside(media, 'minf') ?? Buffer.alloc(0), 'stbl')
    const entry = samples && inside(samples, 'stsd')?.subarray(8)
    const sizes = samples && inside(samples, 'stsz')
    const header = inside(media, 'mdhd')
    if (!entry || entry.length < 86 || !sizes || sizes.length < 12 || !header || header.length < 24) continue
    // Version 1 has times of 64 bits.
    const isLong = header[0] === 1 && header.length >= 32
    const timescale = header.readUInt32BE(isLong ? 20 : 12)
    const duration = isLong ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(16)
    const trackHeader = inside(content, 'tkhd')
    const idAt = trackHeader?.[0] === 1 ? 20 : 12
    const trackId = trackHeader !== undefined && trackHeader.length >= idAt + 4 ? trackHeader.readUInt32BE(idAt) : 1
    const defaults = inside(inside(movie, 'mvex') ?? Buffer.alloc(0), 'trex')
    const defaultDuration = defaults !== undefined && defaults.length >= 16 ? defaults.readUInt32BE(12) : 0
    return { trackId, timescale, defaultDuration, entry, frames: sizes.readUInt32BE(8), milliseconds: timescale === 0 ? 0 : (duration * 1000) / timescale }
  }
  return undefined
}

function* boxes(bytes: Buffer): Generator<{ type: string; content: Buffer }> {
  for (let at = 0, count = 0; at + 8 <= bytes.length && count < maxBoxes; count++) {
    const size = bytes.readUInt32BE(at)
    if (size < 8 || at + size > bytes.length) return
    yield { type: bytes.toString('latin1', at + 4, at + 8), content: bytes.subarray(at + 8, at + size) }
    at += size
  }
}

function inside(bytes: Buffer, wanted: string): Buffer | undefined {
  for (const { type, content } of boxes(bytes)) if (type === wanted) return content
  return undefined
}

/** The boxes in a VisualSampleEntry stand behind its 86 fixed bytes. */
const configuration = (entry: Buffer, type: string): Buffer | undefined => inside(entry.subarray(86, entry.readUInt32BE(0)), type)

/** Level 4.2 has a transfer syntax of its own; what is lower is within 4.1. */
function h264Syntax(entry: Buffer): string {
  return (configuration(entry, 'avcC')?.[3] ?? 0) > 41 ? h264At42 : h264
}

/** General profile 2 is Main 10. */
function h265Syntax(entry: Buffer): string {
  return ((configuration(entry, 'hvcC')?.[1] ?? 1) & 0x1f) === 2 ? h265Main10 : h265
}

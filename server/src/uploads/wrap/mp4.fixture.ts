/** The boxes of an MPEG-4 file with one track, the movie behind the media as cameras write it, or in fragments as browsers record it. */
export interface Movie {
  readonly codec?: 'avc1' | 'hvc1' | 'mp4v'
  readonly profile?: number
  readonly constraints?: number
  readonly level?: number
  readonly frames?: number
  readonly isFragmented?: boolean
  /** Boxes before the media of a file in fragments that say nothing of it. */
  readonly fillers?: number
}

const box = (type: string, ...content: Buffer[]): Buffer => {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + content.reduce((sum, { length }) => sum + length, 0))
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, ...content])
}
const words = (...numbers: number[]): Buffer => {
  const bytes = Buffer.alloc(numbers.length * 4)
  numbers.forEach((number, index) => { bytes.writeUInt32BE(number, index * 4) })
  return bytes
}

export function mp4({ codec = 'avc1', profile = 100, constraints = 0, level = 40, frames = 50, isFragmented = false, fillers = 0 }: Movie = {}): Buffer {
  const visual = Buffer.alloc(78)
  visual.writeUInt16BE(640, 24)
  visual.writeUInt16BE(480, 26)
  const entry = box(codec, visual, codec === 'hvc1' ? box('hvcC', Buffer.from([1, 1, 0, 0])) : box('avcC', Buffer.from([1, profile, constraints, level, 0xff, 0xe0, 0])))
  const samples = box('stbl', box('stsd', words(0, 1), entry), box('stsz', words(0, 0, isFragmented ? 0 : frames)))
  const duration = isFragmented ? 0 : frames * 40
  const track = box('trak', box('tkhd', words(0, 0, 0, 1, 0)), box('mdia', box('mdhd', words(0, 0, 0, 1000, duration, 0)), box('hdlr', words(0, 0), Buffer.from('vide'), words(0, 0, 0)), box('minf', samples)))
  const data = box('mdat', Buffer.alloc(3001, 5))
  if (!isFragmented) return Buffer.concat([box('ftyp', Buffer.from('isom'), words(0)), data, box('moov', track)])
  // Two fragments: one of samples with a duration of their own, one by the default of the track.
  const half = Math.floor(frames / 2)
  const first = box('moof', box('traf', box('tfhd', words(0, 1)), box('trun', words(0x100, half, ...Array.from({ length: half }, () => 40)))))
  const second = box('moof', box('traf', box('tfhd', words(0x8, 1, 40)), box('trun', words(0, frames - half))))
  return Buffer.concat([
    box('ftyp', Buffer.from('isom'), words(0)),
    box('moov', track, box('mvex', box('trex', words(0, 1, 1, 40, 0, 0)))),
    ...Array.from({ length: fillers }, () => box('free')),
    first,
    data,
    second,
    data,
  ])
}

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import type { Element } from '../fixtures/data-set.ts'
import { fixture, image, newUid, pixels, sopClass, type Fixture } from '../fixtures/fixtures.ts'
import { storageClasses } from './storage-classes.ts'

/** One object as a file for programs to send. */
export interface DimseFixture extends Fixture {
  readonly path: string
}

/** Everything the checks send. UIDs and patients are fresh in each run. */
export interface DimseFixtures {
  readonly run: string
  /** Two series of CT images, three and two; one patient. Stored before the first check. */
  readonly ct: readonly DimseFixture[]
  /** An MR image of the same patient in another study, earlier. Stored before the first check. */
  readonly mr: DimseFixture
  /** One object of every storage SOP class DCMTK knows, in a folder of their own. */
  readonly everyClass: { readonly folder: string; readonly objects: readonly DimseFixture[] }
  readonly privateClass: DimseFixture
  /** By the option of storescu that proposes it. */
  readonly byTransferSyntax: ReadonlyMap<string, DimseFixture>
  /** Eight megabytes of pixels. */
  readonly large: DimseFixture
  /** A folder with forty small objects of several classes and transfer syntaxes. */
  readonly mixed: { readonly folder: string; readonly objects: readonly DimseFixture[] }
}

/** Options of DCMTK's storescu and the transfer syntax each proposes. */
const proposals: Readonly<Record<string, string>> = {
  '-xi': '1.2.840.10008.1.2', '-xe': '1.2.840.10008.1.2.1', '-xb': '1.2.840.10008.1.2.2', '-xd': '1.2.840.10008.1.2.1.99', '-xy': '1.2.840.10008.1.2.4.50', '-xx': '1.2.840.10008.1.2.4.51',
  '-xs': '1.2.840.10008.1.2.4.70', '-xt': '1.2.840.10008.1.2.4.80', '-xu': '1.2.840.10008.1.2.4.81', '-xv': '1.2.840.10008.1.2.4.90', '-xw': '1.2.840.10008.1.2.4.91',
  '-xm': '1.2.840.10008.1.2.4.100', '-xh': '1.2.840.10008.1.2.4.101', '-xn': '1.2.840.10008.1.2.4.102', '-xl': '1.2.840.10008.1.2.4.103', '-x2': '1.2.840.10008.1.2.4.104',
  '-x3': '1.2.840.10008.1.2.4.105', '-xo': '1.2.840.10008.1.2.4.106', '-x4': '1.2.840.10008.1.2.4.107', '-x5': '1.2.840.10008.1.2.4.108', '-xr': '1.2.840.10008.1.2.5',
}
const native = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99'])
const deflated = '1.2.840.10008.1.2.1.99'

/** Makes the objects and writes them below `folder`. */
export async function writeFixtures(folder: string, run: string): Promise<DimseFixtures> {
  const patient: Element[] = [['00100010', 'PN', `Dimse${run}^Jane`], ['00100020', 'LO', `D-${run}`], ['00100030', 'DA', '19700131'], ['00100040', 'CS', 'F']]
  const write = async (into: string, one: Fixture): Promise<DimseFixture> => {
    await mkdir(join(folder, into), { recursive: true })
    const path = join(folder, into, `${one.SOPInstanceUID}.dcm`)
    await writeFile(path, one.bytes)
    return { ...one, path }
  }
  const writeAll = async (into: string, all: readonly Fixture[]) => ({ folder: join(folder, into), objects: await Promise.all(all.map((one) => write(into, one))) })

  const StudyInstanceUID = newUid()
  const ct = [3, 2].flatMap((count, series) => {
    const SeriesInstanceUID = newUid()
    return Array.from({ length: count }, (_, index) => fixture({
      SOPClassUID: sopClass.ct, StudyInstanceUID, SeriesInstanceUID,
      elements: [
        ...patient, ['00080050', 'SH', `A-${run}`], ['00080060', 'CS', 'CT'], ['00081030', 'LO', 'CHEST ROUTINE'], ['0008103E', 'LO', series === 0 ? 'THIN' : 'THICK'],
        ['00200011', 'IS', String(series + 1)], ['00200013', 'IS', String(index + 1)], ...image(4, 4, 16), ['7FE00010', 'OW', pixels(series * 100 + index * 16, 32)],
      ],
    }))
  })
  const mr = fixture({ SOPClassUID: sopClass.mr, elements: [...patient, ['00080020', 'DA', '20250115'], ['00080060', 'CS', 'MR'], ...image(4, 4, 16), ['7FE00010', 'OW', pixels(9, 32)]] })
  const study = newUid()
  const ofStudy = (draft: Parameters<typeof fixture>[0]) => fixture({ StudyInstanceUID: study, ...draft, elements: [...patient, ...draft.elements ?? []] })
  const one = (SOPClassUID: string, transferSyntax: string, index: number) => inTransferSyntax(transferSyntax, (rest) => ofStudy({ SOPClassUID, ...rest }), index)
  const classes = storageClasses.map((SOPClassUID) => ofStudy({ SOPClassUID, elements: [['00080060', 'CS', 'OT']] }))
  const syntaxes = Object.entries(proposals)
  const large = Buffer.alloc(8 * 1024 ** 2, 7)
  return {
    run,
    ct: await Promise.all(ct.map((object) => write('ct', object))),
    mr: await write('mr', mr),
    everyClass: await writeAll('classes', classes),
    privateClass: await write('private', ofStudy({ SOPClassUID: '1.3.6.1.4.1.55555.1.2.3' })),
    byTransferSyntax: new Map(await Promise.all(syntaxes.map(async ([option, uid], index) => [option, await write('syntaxes', one(sopClass.secondaryCapture, uid, index))] as const))),
    large: await write('large', ofStudy({ SOPClassUID: sopClass.secondaryCapture, elements: [...image(2048, 2048, 16), ['7FE00010', 'OW', large]] })),
    mixed: await writeAll('mixed', Array.from({ length: 40 }, (_, index) => {
      const [, uid = ''] = syntaxes[index % syntaxes.length] ?? []
      return one([sopClass.secondaryCapture, sopClass.us, sopClass.multiFrameByte][index % 3] ?? '', uid, index)
    })),
  }
}

/** An 8-bit image in a transfer syntax; compressed pixels are bytes that nobody is going to decode. */
function inTransferSyntax(uid: string, make: (rest: Parameters<typeof fixture>[0]) => Fixture, index: number): Fixture {
  const attributes = image(4, 4, 8)
  if (!native.has(uid)) return make({ transferSyntax: uid, elements: attributes, pixelItems: [Buffer.alloc(0), Buffer.from([0xff, 0xd8, ...pixels(index), 0xff, 0xd9])] })
  const made = make({ transferSyntax: uid, elements: [...attributes, ['7FE00010', 'OB', pixels(index)]] })
  if (uid !== deflated) return made
  const at = 144 + made.bytes.readUInt32LE(140)
  const stream = deflateRawSync(made.bytes.subarray(at))
  return { ...made, bytes: Buffer.concat([made.bytes.subarray(0, at), stream, Buffer.alloc(stream.length % 2)]) }
}

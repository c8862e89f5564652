/** Rasters of real files held against those DCMTK makes of them: another implementation, by other people. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasProgram, sharedDicom } from '@isocenter/testkit'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { rasterOf, type Raster, type RasterOptions } from './raster.ts'
import { renderImage } from './render.ts'
import { storedFrame, storedInstance } from './stored-frame.fixture.ts'

const shared = sharedDicom()
const folder = mkdtempSync(join(tmpdir(), 'isocenter-dcmtk-'))
afterAll(() => { rmSync(folder, { recursive: true }) })

/** DCMTK cuts off where we round. */
const greyTolerance = 1
/** Its colour conversion works with integers. */
const colourTolerance = 2

function dcmtkRaster(path: string, options: readonly string[], frameNumber: number): Raster {
  const output = join(folder, 'frame.pnm')
  execFileSync('dcmj2pnm', ['--no-overlays', '--write-raw-pnm', '--frame', String(frameNumber), ...options, path, output], { stdio: 'pipe' })
  const bytes = readFileSync(output)
  const header = /^(P[56])\s+(?:#[^\n]*\n)?\s*(\d+)\s+(\d+)\s+255\s/.exec(bytes.toString('latin1', 0, 200))
  return { width: Number(header?.[2]), height: Number(header?.[3]), channels: header?.[1] === 'P6' ? 3 : 1, data: bytes.subarray(header?.[0].length) }
}

function largestDifference(one: Raster, other: Raster): number {
  expect([one.width, one.height, one.channels, one.data.length]).toEqual([other.width, other.height, other.channels, other.data.length])
  return one.data.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (other.data[index] ?? -1000))), 0)
}

async function expectAsDcmtk(path: string, options: readonly string[], tolerance: number, ours: RasterOptions = {}, frameNumber = 1): Promise<void> {
  const whole = join(shared ?? '', path)
  expect(largestDifference(rasterOf(await storedFrame(whole, frameNumber), ours), dcmtkRaster(whole, options, frameNumber))).toBeLessThanOrEqual(tolerance)
}

const storedWindow = ['--use-window', '1']
const fullRange = ['--min-max-window']

describe.skipIf(!shared || !hasProgram('dcmj2pnm'))('as DCMTK', () => {
  test.for([
    ['CT of 12 bits, unsigned, rescaled', 'ct-series/chest-lidc-0314/000002.dcm'],
    ['CT of 16 bits, signed', 'transfer-syntaxes/MR_small.dcm'],
    ['big endian', 'uid-variants/transfer-syntaxes/MR_small_bigendian.dcm'],
    ['CT with padding', 'seg/liver-ct/01.dcm'],
    ['MR of 12 bits', 'mr-series/siemens-epi-4series/mr_0003/epi_pe_ap-00001.dcm'],
    ['MR of 16 bits', 'mr-series/wrist/MR01.dcm'],
    ['MONOCHROME1 of 8 bits', 'cr-dx/dx_image.dcm'],
    ['MONOCHROME1 of 12 bits', 'dicomdir/fileset-patients/77654033/CR1/6154'],
    ['PET, 16 bits signed', 'nm-pet/pet-qin-headneck-0024/000001.dcm'],
    ['NM', 'nm-pet/NM-MONO2-16-13x-heart.dcm'],
  ] as const)('the stored window: %s', ([, path]) => expectAsDcmtk(path, storedWindow, greyTolerance))

  test.for([
    ['8 bits', 'ko-pr/roi-tests/real01.dcm'],
    ['16 bits, signed', 'ct-series/head-small-64x64/CTHead1.dcm'],
    ['32 bits', 'rt/rtdose.dcm'],
    ['1 bit', 'seg/liver-ct/liver.dcm'],
    ['RT image', 'rt/RTImageStorage.dcm'],
    ['a Modality LUT', 'secondary-capture/mlut_18.dcm'],
    ['overlays in unused bits', 'secondary-capture/ovly_p01.dcm'],
  ] as const)('the full range: %s', ([, path]) => expectAsDcmtk(path, fullRange, greyTolerance))

  test('a VOI LUT', () => expectAsDcmtk('secondary-capture/vlut_04.dcm', ['--use-voi-lut', '1'], greyTolerance))
  test('RLE', () => expectAsDcmtk('transfer-syntaxes/same-image-unique-uids/2.dcm', storedWindow, greyTolerance))

  test('every frame of an image with several', async () => {
    for (const frameNumber of [1, 2, 13]) await expectAsDcmtk('nm-pet/NM-MONO2-16-13x-heart.dcm', storedWindow, greyTolerance, {}, frameNumber)
  })

  test.for([['linear', '--linear-function'], ['sigmoid', '--sigmoid-function']] as const)('a window that is asked for, %s', ([name, option]) =>
    expectAsDcmtk('ct-series/chest-lidc-0314/000003.dcm', ['--set-window', '-600', '1500', option], greyTolerance, { window: { center: -600, width: 1500, function: name } }))

  test('windows of functional groups, which DCMTK has to be told', () =>
    expectAsDcmtk('enhanced/agfa-private-tags/Agfa/011-0001.img.dcm', ['--set-window', '934', '2102'], greyTolerance))

  test.for([
    ['RGB', 'transfer-syntaxes/US1_UNCR.dcm'],
    ['RGB, odd size', 'secondary-capture/SC_rgb_small_odd.dcm'],
    ['RGB by plane', 'secondary-capture/color-pl.dcm'],
    ['RGB of 16 bits', 'uid-variants/secondary-capture/SC_rgb_16bit.dcm'],
    ['RGB, big endian', 'transfer-syntaxes/ExplVR_BigEnd.dcm'],
    ['YBR_FULL_422', 'secondary-capture/US-YBR_FULL_422-EVRLE.dcm'],
    ['PALETTE COLOR', 'us-multiframe/examples_palette.dcm'],
    ['PALETTE COLOR of 16-bit entries', 'secondary-capture/TestPattern_Palette_16.dcm'],
    ['PALETTE COLOR, all entries', 'uid-variants/secondary-capture/OBXXXX1A.dcm'],
  ] as const)('colour: %s', ([, path]) => expectAsDcmtk(path, [], colourTolerance))
})

describe.skipIf(!shared || !hasProgram('dcmp2pgm'))('presentation states, as DCMTK', () => {
  test.for(['real01', 'real02', 'real03', 'real04', 'real05', 'real06'])('%s', async (name) => {
    const folderOfStates = join(shared ?? '', 'ko-pr/roi-tests')
    const output = join(folder, `${name}.pgm`)
    execFileSync('dcmp2pgm', ['--quiet', '--pstate', join(folderOfStates, `${name}.pr.dcm`), join(folderOfStates, `${name}.dcm`), output], { stdio: 'pipe' })
    const pgm = readFileSync(output)
    const header = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(pgm.toString('latin1', 0, 100))
    const { metadata } = await storedInstance(readFileSync(join(folderOfStates, `${name}.pr.dcm`)))
    // dcmp2pgm draws no annotations and shows the whole image.
    const { '00700001': _, '0070005A': __, ...state } = metadata
    const png = await renderImage([await storedFrame(join(folderOfStates, `${name}.dcm`))], { mediaType: 'image/png', presentationState: state })
    const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
    const greys = data.filter((_, index) => index % info.channels === 0)
    expect(largestDifference(
      { width: info.width, height: info.height, channels: 1, data: greys },
      { width: Number(header?.[1]), height: Number(header?.[2]), channels: 1, data: pgm.subarray(header?.[0].length) })).toBeLessThanOrEqual(greyTolerance)
  })
})

import { describe, expect, test } from 'vitest'
import { chooseOffer, parseAcceptable, type Offer } from './media-types.ts'

const ELE = '1.2.840.10008.1.2.1'
const JPEGBaseline = '1.2.840.10008.1.2.4.50'
const JPEGLossless = '1.2.840.10008.1.2.4.70'
const JPEGLSLossless = '1.2.840.10008.1.2.4.80'
const JPEG2000Lossless = '1.2.840.10008.1.2.4.90'

const json: Offer[] = [{ mediaType: 'application/dicom+json', multipart: false }]
const dicom = (...uids: string[]): Offer[] => uids.flatMap((transferSyntaxUID) => [
  { mediaType: 'application/dicom', multipart: true, transferSyntaxUID },
  { mediaType: 'application/dicom', multipart: false, transferSyntaxUID },
])
const frame = (mediaType: string, transferSyntaxUID: string): Offer[] => [
  { mediaType, multipart: true, transferSyntaxUID }, { mediaType, multipart: false, transferSyntaxUID },
]
const bulkdata: Offer[] = [{ mediaType: 'application/pdf', multipart: false }, { mediaType: 'application/octet-stream', multipart: false }, { mediaType: 'application/octet-stream', multipart: true }]

/** What is chosen, as `multipart type transfer-syntax`, or `406`. */
function chosen(accept: string, offers: readonly Offer[]): string {
  const offer = chooseOffer(parseAcceptable(accept), offers)
  return offer ? [offer.multipart ? 'multipart' : 'single', offer.mediaType, offer.transferSyntaxUID].filter(Boolean).join(' ') : '406'
}

describe('checks 23-48 of PS3.18 §8.7', () => {
  const rows: [check: string, accept: string, offers: Offer[], expected: string][] = [
    ['23 nothing acceptable', 'foo/bar', json, '406'],
    ['24 one of several supported', 'foo/bar, application/dicom+json', json, 'single application/dicom+json'],
    ['25 the highest weight wins', 'multipart/related; type="application/dicom"; q=0.1, application/dicom; q=0.9', dicom(ELE), `single application/dicom ${ELE}`],
    ['25 the most specific range decides the weight', '*/*, application/dicom+json; q=0', json, '406'],
    ['25 weight 0 excludes', 'application/dicom+json;q=0', json, '406'],
    ['26 anything on metadata', '*/*', json, 'single application/dicom+json'],
    ['27 anything on an instance', '*/*', dicom(ELE), `multipart application/dicom ${ELE}`],
    ['27 lossy only', '*/*', dicom(JPEGBaseline), `multipart application/dicom ${JPEGBaseline}`],
    ['28 no transfer syntax is Explicit VR LE', 'multipart/related; type="application/dicom"', dicom('1.2.840.10008.1.2.1.99', ELE), `multipart application/dicom ${ELE}`],
    ['28 no transfer syntax is not what is stored', 'multipart/related; type="application/dicom"', dicom(JPEG2000Lossless), '406'],
    ['29 any transfer syntax is the stored one', 'multipart/related; type="application/dicom"; transfer-syntax=*', dicom(JPEG2000Lossless, ELE), `multipart application/dicom ${JPEG2000Lossless}`],
    ['31 Implicit VR LE is never served', 'application/dicom; transfer-syntax=1.2.840.10008.1.2', dicom(ELE), '406'],
    ['32 unsupported transfer syntax', 'application/dicom; transfer-syntax=1.2.3', dicom(ELE), '406'],
    ['32 with a supported alternative', 'application/dicom; transfer-syntax=1.2.3, application/dicom', dicom(ELE), `single application/dicom ${ELE}`],
    ['33 lossy where Explicit VR LE is asked', `application/dicom; transfer-syntax=${ELE}`, dicom(JPEGBaseline), `single application/dicom ${JPEGBaseline}`],
    ['35 case does not matter', 'MULTIPART/Related; TYPE="Application/DICOM"; Transfer-Syntax=*', dicom(ELE), `multipart application/dicom ${ELE}`],
    ['35 unquoted type', 'multipart/related; type=application/dicom', dicom(ELE), `multipart application/dicom ${ELE}`],
    ['36 semicolon inside quotes', `multipart/related; type="image/jpeg; transfer-syntax=${JPEGBaseline}"`, frame('image/jpeg', JPEGBaseline), `multipart image/jpeg ${JPEGBaseline}`],
    ['37 any type, multipart', 'multipart/related; type="*/*"', frame('image/jls', JPEGLSLossless), `multipart image/jls ${JPEGLSLossless}`],
    ['37 any type of bulk data, multipart', 'multipart/related; type="*/*"', bulkdata, 'multipart application/octet-stream'],
    ['38 OHIF on a search', 'application/dicom+json, multipart/related; type=application/octet-stream', json, 'single application/dicom+json'],
    ['39 a browser on metadata', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8', json, 'single application/dicom+json'],
    ['39 a browser on a frame', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', frame('application/octet-stream', ELE), `multipart application/octet-stream ${ELE}`],
    ['40 application/json', 'application/json', json, 'single application/dicom+json'],
    ['42 a lone star', '*', dicom(ELE), `multipart application/dicom ${ELE}`],
    ['43 rendered types beside DICOM ones', 'image/png, application/dicom', dicom(ELE), `single application/dicom ${ELE}`],
    ['44 two transfer syntaxes in one range', `application/dicom; transfer-syntax=${ELE}; transfer-syntax=*`, dicom(ELE), '406'],
    ['44 the other ranges still count', `application/dicom; transfer-syntax=${ELE}; transfer-syntax=*, */*; q=0.1`, dicom(ELE), `multipart application/dicom ${ELE}`],
    ['160 default of image/jpeg', 'image/jpeg', [...frame('image/jpeg', JPEGBaseline), ...frame('image/jpeg', JPEGLossless)], `single image/jpeg ${JPEGLossless}`],
    ['160 image/jpeg of a lossy image', 'image/jpeg', frame('image/jpeg', JPEGBaseline), `single image/jpeg ${JPEGBaseline}`],
    ['161 old names', 'image/x-jls, multipart/related; type="image/x-dicom-rle"', frame('image/jls', JPEGLSLossless), `single image/jls ${JPEGLSLossless}`],
    ['161 the newer name of JPEG 2000', 'image/dicom+jp2', frame('image/jp2', JPEG2000Lossless), `single image/jp2 ${JPEG2000Lossless}`],
    ['158 native bytes of a compressed frame need decoding', 'multipart/related; type="application/octet-stream"', frame('image/jls', JPEGLSLossless), '406'],
    ['159 single part', 'application/octet-stream', frame('application/octet-stream', ELE), `single application/octet-stream ${ELE}`],
    ['any image type', 'image/*', frame('image/jls', JPEGLSLossless), `single image/jls ${JPEGLSLossless}`],
    ['multipart/related without a type', 'multipart/related', dicom(ELE), `multipart application/dicom ${ELE}`],
    ['an encapsulated document in its own type', '*/*', bulkdata, 'single application/pdf'],
    ['an encapsulated document as bytes', 'application/octet-stream', bulkdata, 'single application/octet-stream'],
  ]
  test.each(rows)('%s: %s', (_check, accept, offers, expected) => expect(chosen(accept, offers)).toBe(expected))
})

describe('Accept headers recorded from viewers', () => {
  const stored: [name: string, offers: Offer[], expected: string][] = [
    ['native', frame('application/octet-stream', ELE), `multipart application/octet-stream ${ELE}`],
    ['JPEG Baseline', frame('image/jpeg', JPEGBaseline), `multipart image/jpeg ${JPEGBaseline}`],
    ['JPEG-LS', frame('image/jls', JPEGLSLossless), `multipart image/jls ${JPEGLSLossless}`],
    ['JPEG 2000', frame('image/jp2', JPEG2000Lossless), `multipart image/jp2 ${JPEG2000Lossless}`],
    ['of a private transfer syntax', frame('application/octet-stream', '1.2.3.4'), 'multipart application/octet-stream 1.2.3.4'],
  ]
  const frameAccepts = [
    'multipart/related; type=application/octet-stream; transfer-syntax=*', // OHIF 3, omitQuotationForMultipartRequest
    'multipart/related; type="application/octet-stream"; transfer-syntax="*"', // OHIF 3 as shipped
    'multipart/related; type="*/*"; transfer-syntax=*',
    'multipart/related; type="*/*"', // dicomweb-client (Python)
  ]
  test.each(stored.flatMap(([name, offers, expected]) => frameAccepts.map((accept) => [name, accept, offers, expected] as const)))(
    'a frame that is %s, asked with %s', (_name, accept, offers, expected) => expect(chosen(accept, offers)).toBe(expected))

  test.each([
    ['multipart/related; type=image/jls; transfer-syntax=1.2.840.10008.1.2.4.80', frame('image/jls', JPEGLSLossless), `multipart image/jls ${JPEGLSLossless}`],
    ['multipart/related; type="application/dicom"', dicom(ELE), `multipart application/dicom ${ELE}`],
    ['application/dicom+json', json, 'single application/dicom+json'],
    ['application/octet-stream', bulkdata, 'single application/octet-stream'],
    ['*/*', bulkdata, 'single application/pdf'],
    ['multipart/related;type=application/dicom;transfer-syntax=1.2.840.10008.1.2.1', dicom(ELE), `multipart application/dicom ${ELE}`],
  ])('%s', (accept, offers, expected) => expect(chosen(accept, offers)).toBe(expected))
})

test('an empty or missing Accept accepts anything', () => expect(chosen('', json)).toBe('single application/dicom+json'))
test('what cannot be read accepts nothing', () => expect(chosen('nonsense', json)).toBe('406'))

import type { Answer, Client } from '../client.ts'
import { mediaType, must, same, status } from '../expect.ts'
import type { Fixture } from '../fixtures/fixtures.ts'
import { check, NotApplicable, type Check } from '../suite.ts'

/** The URI service stands beside the RESTful ones: `/wado` at the same address. */
function wado(client: Client, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: Fixture, more: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const query = new URLSearchParams({ requestType: 'WADO', studyUID: StudyInstanceUID, seriesUID: SeriesInstanceUID, objectUID: SOPInstanceUID, ...more })
  return client.ask(new URL(`/wado?${query.toString()}`, client.base).href)
}

/** PS3.18 §9: the URI service. */
export const uriChecks: readonly Check[] = [
  check(229, 'M', 'WADO-URI: a file or an image by UIDs; what is missing, malformed or does not go together is 400', async ({ client, fixtures }) => {
    const [ct] = fixtures.ct
    must(ct !== undefined, 'no CT')
    const file = await wado(client, ct, { contentType: 'application/dicom' })
    if (file.status === 404 && (await client.ask(new URL('/wado', client.base).href)).status === 404) throw new NotApplicable('this server has no URI service at /wado')
    status(file, 200)
    same(mediaType(file), 'application/dicom', 'media type')
    must(file.body.equals(ct.bytes), 'another file')
    const image = await wado(client, ct, { contentType: 'image/jpeg', windowCenter: '40', windowWidth: '400', rows: '8', columns: '8' })
    status(image, 200)
    same(mediaType(image), 'image/jpeg', 'media type of the image')
    status(await wado(client, fixtures.nativeCine, { contentType: 'image/png', frameNumber: '2' }), 200)
    const mistakes: readonly Readonly<Record<string, string>>[] = [
      { requestType: 'X' },
      { studyUID: '' },
      { seriesUID: '' },
      { objectUID: '' },
      { contentType: 'image/jpeg', windowCenter: '40' },
      { contentType: 'image/jpeg', transferSyntax: '1.2.840.10008.1.2.4.50' },
    ]
    for (const wrong of mistakes) {
      const answer = await wado(client, ct, wrong)
      must(answer.status === 400, `status ${String(answer.status)} for ${JSON.stringify(wrong)}`)
    }
    status(await wado(client, ct, { objectUID: `${ct.SOPInstanceUID}.1` }), 404)
    status(await wado(client, ct, { contentType: 'image/tiff' }), 406)
  }),
]

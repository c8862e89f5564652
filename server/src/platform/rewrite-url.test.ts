import { expect, test } from 'vitest'
import { rewriteUrl } from './rewrite-url.ts'

const rewritten = (url: string, headers: Record<string, string> = {}) => {
  const request = { url, headers }
  return { url: rewriteUrl(request), organisation: request.headers['x-organisation'] }
}

test('the URI service is found beside the RESTful ones', () => {
  expect(rewritten('/wado?requestType=WADO').url).toBe('/dicom-web/wado?requestType=WADO')
  expect(rewritten('/wadometer').url).toBe('/wadometer')
})

test("an organisation's address of DICOMweb names the organisation as the header does, and wins over it", () => {
  expect(rewritten('/o/12/dicom-web/studies?limit=1')).toEqual({ url: '/dicom-web/studies?limit=1', organisation: '12' })
  expect(rewritten('/o/12/dicom-web', { 'x-organisation': '7' })).toEqual({ url: '/dicom-web', organisation: '12' })
})

test('so does its address of an attachment or of films, which a browser fetches by itself, and of nothing else of the product API', () => {
  for (const content of ['/api/studies/1.2.3/attachments/01890a5d-ac96-774b-bcce-b302099a8057/download', '/api/film/print-jobs/01890a5d-ac96-774b-bcce-b302099a8057/document']) {
    expect(rewritten(`/o/12${content}`)).toEqual({ url: content, organisation: '12' })
  }
  for (const url of ['/o/12/api/studies/1.2.3/attachments', '/o/12/api/film/print-jobs/01890a5d-ac96-774b-bcce-b302099a8057/repetition']) expect(rewritten(url)).toEqual({ url, organisation: undefined })
})

test.each(['/o/12/studies', '/o/012/dicom-web/studies', '/o/x/dicom-web/studies', '/o/12/dicom-webs', '/o/1234567890123456789/dicom-web/studies', '//o/12/dicom-web/studies'])('%s is left as it is', (url) => {
  expect(rewritten(url)).toEqual({ url, organisation: undefined })
})

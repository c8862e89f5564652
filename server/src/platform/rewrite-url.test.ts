import { expect, test } from 'vitest'
import { rewriteUrl } from './rewrite-url.ts'
import { shareLinkOf } from './share-path.ts'

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

test('so does its address of an attachment, of films or of a picture of what is held apart, which a browser fetches by itself, and of nothing else of the product API', () => {
  for (const content of [
    '/api/studies/1.2.3/attachments/01890a5d-ac96-774b-bcce-b302099a8057/download',
    '/api/film/print-jobs/01890a5d-ac96-774b-bcce-b302099a8057/document',
    '/api/quarantine/01890a5d-ac96-774b-bcce-b302099a8057/thumbnail',
  ]) {
    expect(rewritten(`/o/12${content}`)).toEqual({ url: content, organisation: '12' })
  }
  for (const url of [
    '/o/12/api/studies/1.2.3/attachments',
    '/o/12/api/film/print-jobs/01890a5d-ac96-774b-bcce-b302099a8057/repetition',
    '/o/12/api/quarantine/01890a5d-ac96-774b-bcce-b302099a8057/acceptance',
  ]) {
    expect(rewritten(url)).toEqual({ url, organisation: undefined })
  }
})

test.each(['/o/12/studies', '/o/012/dicom-web/studies', '/o/x/dicom-web/studies', '/o/12/dicom-webs', '/o/1234567890123456789/dicom-web/studies', '//o/12/dicom-web/studies'])('%s is left as it is', (url) => {
  expect(rewritten(url)).toEqual({ url, organisation: undefined })
})

test("a share link's address of its attachments is that of a visitor", () => {
  const [link, file] = ['AbCdEfGhIjKlMn-_', '01890a5d-ac96-774b-bcce-b302099a8057']
  for (const path of ['/attachments', `/studies/1.2.3/attachments/${file}/content`]) {
    const request = { url: `/s/${link}${path}`, headers: {} }
    expect([rewriteUrl(request), shareLinkOf(request)]).toEqual([`/api/shared/${link}${path}`, link])
  }
  // By the server's own address nobody is a visitor.
  const direct = { url: `/api/shared/${link}/attachments`, headers: {} }
  expect([rewriteUrl(direct), shareLinkOf(direct)]).toEqual([direct.url, undefined])
  for (const url of [
    `/s/${link}`, `/s/${link}/attachments/1`, `/s/${link}/studies/1.2.3/attachments`, `/s/${link}/studies/1.2.3/attachments/${file}`,
    `/s/${link}/studies/../attachments/${file}/content`, '/s/short/attachments',
  ]) {
    expect(rewriteUrl({ url, headers: {} })).toBe(url)
  }
})

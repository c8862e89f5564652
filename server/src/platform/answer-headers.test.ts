import { expect, test } from 'vitest'
import { aService } from '../dicomweb/service.fixture.ts'

test('every answer says that its type is what it says, and over HTTPS that there is no other way: of the API, of DICOMweb, refusals, what is not there', async () => {
  const service = await aService({ TRUST_PROXY: 'true' })
  try {
    for (const url of ['/api/session', '/api/openapi.json', '/dicom-web/studies', '/api/nothing', '/nowhere', '/health/live']) {
      const { headers } = await service.app.inject({ url })
      expect([url, headers['x-content-type-options'], headers['strict-transport-security']]).toEqual([url, 'nosniff', undefined])
      const secure = await service.app.inject({ url, headers: { 'x-forwarded-proto': 'https' } })
      expect([url, secure.headers['strict-transport-security']]).toEqual([url, 'max-age=31536000'])
    }
  } finally {
    await service.close()
  }
})

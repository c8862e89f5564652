import { header, mediaType, must, same, status } from '../expect.ts'
import { check, type Check } from '../suite.ts'

/** PS3.18 §8.9: what a service says of itself. */
export const capabilitiesChecks: readonly Check[] = [
  check(219, 'M', 'OPTIONS on the base lists resources, methods and media types, with a validator', async ({ client }) => {
    const xml = await client.ask('/', { method: 'OPTIONS', headers: { Accept: 'application/vnd.sun.wadl+xml' } })
    status(xml, 200)
    same(mediaType(xml), 'application/vnd.sun.wadl+xml', 'media type')
    const text = xml.body.toString('utf8')
    for (const part of ['<resource path="studies"', '<method name="POST"', 'mediaType="application/dicom+json"', 'utf-8']) must(text.includes(part), `${part} is missing`)
    const json = await client.ask('/', { method: 'OPTIONS', headers: { Accept: 'application/json' } })
    status(json, 200)
    same(mediaType(json), 'application/json', 'media type')
    must(JSON.stringify(json.json()).includes('studies'), 'no resources')
    const again = await client.ask('/', { method: 'OPTIONS', headers: { Accept: 'application/vnd.sun.wadl+xml', 'If-None-Match': header(xml, 'etag') } })
    status(again, 304)
    same(again.body.length, 0, 'body of the 304')
  }),
]

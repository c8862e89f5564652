/** What the store holds of an organisation's attachments. */
import type { BlobStore } from '../storage/index.ts'

export async function storedBlobs({ blobs }: { readonly blobs: BlobStore }, organisationId: string): Promise<Buffer[]> {
  const found: Buffer[] = []
  for await (const { key } of blobs.list(`attachments/${organisationId}/`)) {
    const chunks: Buffer[] = []
    for await (const chunk of await blobs.read(key)) chunks.push(chunk as Buffer)
    found.push(Buffer.concat(chunks))
  }
  return found
}

import type { BlobStore } from '../storage/index.ts'

/** Writes an object to a blob as its bytes are made; nothing is left of it where they end early. */
export async function writeBlob(blobs: BlobStore, blobKey: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const writer = await blobs.create(blobKey, { contentType: 'application/dicom' })
  try {
    for await (const chunk of chunks) await writer.write(chunk)
  } catch (error) {
    await writer.abort()
    throw error
  }
  await writer.commit()
}

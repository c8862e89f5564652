/** Studies as somebody outside may have them, for whatever carries them out beside share links: by the same code, so that nothing is masked here and told there. */
import type { Catalogue } from '../catalogue/index.ts'
import type { Files } from '../dicomweb/index.ts'
import type { Db } from '../platform/db.ts'
import type { BlobStore } from '../storage/index.ts'
import { createMaskedBytes } from './masked-bytes.ts'
import { sharedFiles } from './masked-files.ts'
import { createLinkNames } from './names.ts'
import { createSharedCatalogue } from './shared-catalogue.ts'

export interface OutsideView {
  /** Asked with an access that has a `share`: its studies without the hidden series, by their stand-ins where it is masked. */
  readonly catalogue: Catalogue
  readonly blobs: BlobStore
  readonly files: Files
}

/** It remembers names of what it has shown: one view for one study that goes out. */
export function createOutsideView({ db, catalogue, blobs }: { readonly db: Db; readonly catalogue: Catalogue; readonly blobs: BlobStore }): OutsideView {
  const masked = createMaskedBytes(blobs)
  return { catalogue: createSharedCatalogue({ catalogue, names: createLinkNames({ db }), masked }), blobs: masked.blobs, files: sharedFiles }
}

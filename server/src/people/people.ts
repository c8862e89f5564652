/** Everything the server does for the personal centre and the address book. */
import type { OwnPermissions } from '@isocenter/contracts'
import type { Accounts } from '../accounts/index.ts'
import type { Sealing } from '../identity/index.ts'
import type { Outbox } from '../notifications/index.ts'
import type { Db } from '../platform/db.ts'
import type { BlobStore } from '../storage/index.ts'
import { createAddressBook, type AddressBook } from './address-book.ts'
import { createAvatars, type Avatars } from './avatars.ts'
import type { Holder } from './common.ts'
import { createContactChanges, type ContactChanges } from './contact-changes.ts'
import { createCredentialFiles, type CredentialFiles } from './credential-files.ts'
import { createCredentials, type Credentials } from './credentials.ts'
import { createFavourites, type Favourites } from './favourites.ts'
import { ownPermissions } from './own-permissions.ts'
import { createPhoneSignings, type PhoneSignings } from './phone-signings.ts'
import { createPreferences, type Bindings, type PreferencesService } from './preferences.ts'
import { createProfiles, type Profiles } from './profile.ts'
import { createSignatures, type Signatures } from './signatures.ts'
import { createVerification, type Verification } from './verification.ts'

export interface PeopleDeps {
  readonly db: Db
  readonly blobs: BlobStore
  readonly sealing: Sealing
  readonly outbox: Outbox
  readonly accounts: Pick<Accounts, 'own'>
  readonly bindings: Bindings
  /** IANA name: the day of organisations that have not said where they are. */
  readonly timeZone: string
  readonly now?: () => Date
}

export interface People {
  readonly profiles: Profiles
  readonly avatars: Avatars
  readonly contactChanges: ContactChanges
  readonly preferences: PreferencesService
  readonly permissions: (holder: Holder) => Promise<OwnPermissions>
  readonly signatures: Signatures
  readonly phoneSignings: PhoneSignings
  readonly credentials: Credentials
  readonly credentialFiles: CredentialFiles
  readonly verification: Verification
  readonly favourites: Favourites
  readonly addressBook: AddressBook
  readonly close: () => Promise<void>
}

/** Opens the personal centre. Several processes share it through the database. */
export function createPeople({ db, blobs, sealing, outbox, accounts, bindings, timeZone, now = () => new Date() }: PeopleDeps): People {
  const avatars = createAvatars({ db, now })
  const credentialFiles = createCredentialFiles({ blobs, sealing, now })
  const phoneSignings = createPhoneSignings({ db, now })
  return {
    avatars, credentialFiles, phoneSignings,
    profiles: createProfiles({ db, now }),
    contactChanges: createContactChanges({ db, sealing, outbox, accounts, now }),
    preferences: createPreferences({ db, bindings, now }),
    permissions: (holder) => ownPermissions(db, holder),
    signatures: createSignatures({ db, now }),
    credentials: createCredentials({ db, sealing, files: credentialFiles, timeZone, now }),
    verification: createVerification({ db, sealing, files: credentialFiles, now }),
    favourites: createFavourites({ db, now }),
    addressBook: createAddressBook({ db, avatars }),
    close: () => phoneSignings.close(),
  }
}

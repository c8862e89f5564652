import { uuidv7 } from '@isocenter/durable-files'
import { InvalidBlobKey } from './blob-store.ts'

/** Segments begin with a letter or digit, so that no key can say `.` or `..`, hide a file, or leave the store's folder. */
const KEY = /^[a-z0-9][a-z0-9.-]*(?:\/[a-z0-9][a-z0-9.-]*)*$/
/** S3 allows 1,024 bytes with the prefix before it; file systems 255 a segment. */
const maxKeyLength = 512
const maxSegmentLength = 200

/** True when `key` is one a store accepts: lower-case letters, digits, `.` and `-` in segments parted by `/`. */
export function isBlobKey(key: string): boolean {
  return key.length <= maxKeyLength && KEY.test(key) && key.split('/').every((segment) => segment.length <= maxSegmentLength)
}

/**
 * Answers the key as it was given.
 * @throws InvalidBlobKey when no store would accept it
 */
export function checkedBlobKey(key: string): string {
  if (!isBlobKey(key)) throw new InvalidBlobKey('A blob key is made of lower-case letters, digits, "." and "-", in segments parted by "/".')
  return key
}

/**
 * A key no blob has had: `organisation/yyyy/mm/dd/hh/uuid` in UTC. It says when, not what: nothing of the content, and never changes.
 * The hour keeps the blobs written together in one folder, so that one directory flush makes many of them durable.
 */
export function newBlobKey(organisationId: string, now: Date): string {
  return checkedBlobKey(`${organisationId}/${dayOf(now)}/${hourOf(now)}/${uuidv7(now.getTime())}`)
}

/** Where blobs are that can be made again from those of instances, a folder for each kind. */
export const derivedFolders = ['derived/metadata/', 'derived/thumbnails/'] as const
export type DerivedFolder = typeof derivedFolders[number]

/** A key no blob has had, for something derived: its folder, then as `newBlobKey`. */
export function newDerivedBlobKey(folder: DerivedFolder, organisationId: string, now: Date): string {
  return checkedBlobKey(`${folder}${newBlobKey(organisationId, now)}`)
}

/** True for the key of something that can be made again: everything derived lies under one folder. */
export const isDerivedBlobKey = (key: string): boolean => key.startsWith('derived/')

/** Where the bytes of uploads wait until they are whole. */
export const uploadFolder = 'uploads/' as const

/** A key no blob has had, for a piece of an upload: the folder, then as `newBlobKey`. */
export function newUploadBlobKey(organisationId: string, now: Date): string {
  return checkedBlobKey(`${uploadFolder}${newBlobKey(organisationId, now)}`)
}

/** True for the key of a piece of an upload. */
export const isUploadBlobKey = (key: string): boolean => key.startsWith(uploadFolder)

/** Where files are that no instance names, a folder for each kind: documents by which people prove who they are, what was added to a study, what was asked for and is fetched within days. */
export const fileFolders = ['credentials/', 'attachments/', 'downloads/'] as const
export type FileFolder = typeof fileFolders[number]

/** A key no blob has had, for such a file: its folder, then as `newBlobKey`. */
export function newFileBlobKey(folder: FileFolder, organisationId: string, now: Date): string {
  return checkedBlobKey(`${folder}${newBlobKey(organisationId, now)}`)
}

/** True for the key of such a file. */
export const isFileBlobKey = (key: string): boolean => fileFolders.some((folder) => key.startsWith(folder))

/** Keys to list: those that begin with `prefix` and come behind `after`. */
export interface BlobKeyRange {
  readonly prefix: string
  readonly after: string
}

/**
 * Where an organisation's blobs begun from the hour of `since` to the day of `until` are, one range a day: what is stored
 * before and elsewhere need not be listed.
 * @param folder '' for the blobs of instances, or that of something derived or of uploads
 */
export function recentBlobKeys(organisationId: string, since: Date, until: Date, folder: '' | DerivedFolder | typeof uploadFolder = ''): BlobKeyRange[] {
  const ranges: BlobKeyRange[] = []
  const first = `${folder}${organisationId}/${dayOf(since)}/`
  for (const day = new Date(since); dayOf(day) <= dayOf(until); day.setUTCDate(day.getUTCDate() + 1)) {
    const prefix = `${folder}${organisationId}/${dayOf(day)}/`
    ranges.push({ prefix, after: prefix === first ? `${prefix}${hourOf(since)}` : prefix })
  }
  return ranges
}

/** The organisation a key of `newBlobKey` belongs to; undefined for any other key. */
export function organisationOfBlobKey(key: string): string | undefined {
  return /^([1-9]\d*)\/\d{4}\/\d{2}\/\d{2}\/\d{2}\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(key)?.[1]
}

const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10).replaceAll('-', '/')
const hourOf = (moment: Date): string => moment.toISOString().slice(11, 13)

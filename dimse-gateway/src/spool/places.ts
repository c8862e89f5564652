import { timeOfUuidv7 } from '@isocenter/durable-files'
import { join } from 'node:path'

/** Where files lie in the spool's folder; a name is made of an id of ours alone, so no sender's text ever reaches a path. */
export interface SpoolPlaces {
  readonly root: string
  /** Objects, and those on their way: `objects/2026-11-22/08/ID.dcm`, UTC, so that those that come together share a folder and its flush. */
  readonly objects: string
  /** Files found at a start that are not what they were. */
  readonly damaged: string
  /** The folder of an hour. @param time ms since 1970 */
  folderAt(time: number): string
  pathOf(id: string): string
}

export const objectSuffix = '.dcm'

export function spoolPlaces(root: string): SpoolPlaces {
  const objects = join(root, 'objects')
  const folderAt = (at: number) => {
    const time = new Date(at).toISOString()
    return join(objects, time.slice(0, 10), time.slice(11, 13))
  }
  return {
    root, objects, folderAt,
    damaged: join(root, 'damaged'),
    pathOf: (id) => join(folderAt(timeOfUuidv7(id).getTime()), `${id}${objectSuffix}`),
  }
}

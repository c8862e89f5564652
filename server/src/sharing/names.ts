/** What the objects of a share link are called by its visitors: their own UIDs, or stand-ins. */
import { createPseudonyms, type Pseudonyms } from '@isocenter/dicom'
import type { Scope } from '../catalogue/index.ts'
import type { Access, SharedReach } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { instancesOf } from './store.ts'

type PartialScope = { readonly [Key in keyof Scope]?: Scope[Key] | undefined }

/** Objects of one link as its visitors may see them. Names given out are the visitors', names asked for may be either's as said. */
export interface Names {
  readonly isMasked: boolean
  readonly pseudonyms: Pseudonyms
  /** The object a visitor's UIDs name, by its own; undefined where he is shown none. */
  readonly originalOf: <Asked extends PartialScope>(asked: Asked) => Asked | undefined
  /** A visitor's name of an object that is shown to him, by its own UIDs; undefined of any other. */
  readonly shownAs: <Own extends Scope>(own: Own) => Own | undefined
  readonly seriesIn: (StudyInstanceUID: string) => readonly string[]
  /** Instances below, of what visitors' UIDs name. */
  readonly count: (asked: Scope) => number
  /** The instance that stands for a study or series, in visitors' UIDs: the middle one of its first series. */
  readonly middleOf: (asked: Scope) => Required<Scope> | undefined
}

/**
 * Documents are all text: of them the profile leaves nothing to show. Encapsulated documents, structured reports but for key object selections, which only refer, and raw data, of
 * which nobody knows what is in them (PS3.4 Table B.5-1).
 */
const leftOut = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(104\.\d+|88\.(?!59$)\d+|66)$/

/** Whether an anonymised link shows objects of this class. */
export const isShownMasked = (SOPClassUID: string): boolean => SOPClassUID.startsWith('1.2.840.10008.') && !leftOut.test(SOPClassUID)

const asTheyAre: Pseudonyms = { uidFor: (uid) => uid, patientIDFor: (PatientID) => PatientID }
/** So old names may be before what is new in a study is looked for. */
const refreshMs = 5_000
const missRefreshMs = 1_000
const maxLinks = 200

interface Tree {
  readonly pseudonyms: Pseudonyms
  readonly isMasked: boolean
  readonly loadedAt: number
  readonly studies: Map<string, StudyNames>
}

/** Its own UID, and its series by the UIDs visitors know. */
interface StudyNames { readonly own: string; readonly series: Map<string, SeriesNames> }
interface SeriesNames { readonly own: string; readonly instances: Map<string, string> }

export interface LinkNames {
  /** @param mustHave in visitors' UIDs: what is not known yet is looked for once more */
  readonly of: (access: Access & { readonly share: SharedReach }, mustHave?: PartialScope) => Promise<Names>
  /** A study's own UID, by the name visitors of a link have been given. */
  readonly studyOf: (linkId: string, uid: string) => string | undefined
}

export function createLinkNames({ db }: { readonly db: Db }): LinkNames {
  const trees = new Map<string, Tree>()

  const load = async ({ organisationId, studies, share }: Access & { readonly share: SharedReach }): Promise<Tree> => {
    const isMasked = share.maskSecret !== undefined
    const pseudonyms = share.maskSecret === undefined ? asTheyAre : createPseudonyms(share.maskSecret)
    const tree: Tree = { pseudonyms, isMasked, loadedAt: performance.now(), studies: new Map() }
    for (const row of await instancesOf(db, organisationId, studies === 'all' ? [] : studies)) {
      if (isMasked && !isShownMasked(row.sop_class_uid)) continue
      const study = entry<StudyNames>(tree.studies, pseudonyms.uidFor(row.study_instance_uid), () => ({ own: row.study_instance_uid, series: new Map() }))
      const series = entry<SeriesNames>(study.series, pseudonyms.uidFor(row.series_instance_uid), () => ({ own: row.series_instance_uid, instances: new Map() }))
      series.instances.set(pseudonyms.uidFor(row.sop_instance_uid), row.sop_instance_uid)
    }
    trees.delete(share.linkId)
    trees.set(share.linkId, tree)
    const [oldest] = trees.keys()
    if (trees.size > maxLinks && oldest !== undefined) trees.delete(oldest)
    return tree
  }

  return {
    of: async (access, mustHave) => {
      const known = trees.get(access.share.linkId)
      const age = known ? performance.now() - known.loadedAt : Number.POSITIVE_INFINITY
      if (known && age < (mustHave === undefined ? refreshMs : missRefreshMs)) return namesOf(known, access.share.hiddenSeries)
      const names = known && namesOf(known, access.share.hiddenSeries)
      if (names && mustHave !== undefined && names.originalOf(mustHave) !== undefined) return names
      return namesOf(await load(access), access.share.hiddenSeries)
    },
    studyOf: (linkId, uid) => trees.get(linkId)?.studies.get(uid)?.own,
  }
}

function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function namesOf({ pseudonyms, isMasked, studies }: Tree, hidden: ReadonlySet<string>): Names {
  const shownSeries = (uid: string) => [...studies.get(uid)?.series ?? []].filter(([, { own }]) => !hidden.has(own))

  const originalOf = <Asked extends PartialScope>(asked: Asked): Asked | undefined => {
    if (asked.StudyInstanceUID === undefined) return asked
    const study = studies.get(asked.StudyInstanceUID)
    if (study === undefined) return undefined
    if (asked.SeriesInstanceUID === undefined) return { ...asked, StudyInstanceUID: study.own }
    const series = study.series.get(asked.SeriesInstanceUID)
    if (series === undefined || hidden.has(series.own)) return undefined
    const names = { ...asked, StudyInstanceUID: study.own, SeriesInstanceUID: series.own }
    if (asked.SOPInstanceUID === undefined) return names
    const own = series.instances.get(asked.SOPInstanceUID)
    return own === undefined ? undefined : { ...names, SOPInstanceUID: own }
  }

  return {
    isMasked, pseudonyms, originalOf,
    shownAs: (own) => {
      const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = own
      const shown = {
        ...own, StudyInstanceUID: pseudonyms.uidFor(StudyInstanceUID),
        ...(SeriesInstanceUID !== undefined && { SeriesInstanceUID: pseudonyms.uidFor(SeriesInstanceUID) }), ...(SOPInstanceUID !== undefined && { SOPInstanceUID: pseudonyms.uidFor(SOPInstanceUID) }),
      }
      return originalOf(shown) === undefined ? undefined : shown
    },
    seriesIn: (uid) => shownSeries(uid).map(([name]) => name),
    count: ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }) => {
      if (SOPInstanceUID !== undefined) return originalOf({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }) === undefined ? 0 : 1
      return shownSeries(StudyInstanceUID).filter(([name]) => SeriesInstanceUID === undefined || name === SeriesInstanceUID).reduce((sum, [, { instances }]) => sum + instances.size, 0)
    },
    middleOf: ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }) => {
      const [series] = shownSeries(StudyInstanceUID).filter(([name]) => SeriesInstanceUID === undefined || name === SeriesInstanceUID)
      const all = series ? [...series[1].instances.keys()] : []
      const instance = SOPInstanceUID ?? all[(all.length - 1) >> 1]
      return series === undefined || instance === undefined || !series[1].instances.has(instance) ? undefined : { StudyInstanceUID, SeriesInstanceUID: series[0], SOPInstanceUID: instance }
    },
  }
}

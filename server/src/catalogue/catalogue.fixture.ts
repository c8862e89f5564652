import { anInstance, testDatabase, type InstanceInput } from '@isocenter/testkit'
import { createDb, rows, type Db } from '../platform/db.ts'
import type { Access } from '../identity/index.ts'
import { createCatalogue, ensureDefaultOrganisation, type Catalogue, type NewInstance, type Scope } from './index.ts'
import { accessTo, newInstance } from './search.fixture.ts'

/** A catalogue on a database of its own with two organisations, and short words for what tests ask of it. */
export interface TestCatalogue {
  readonly db: Db
  readonly url: string
  readonly catalogue: Catalogue
  readonly north: Access
  readonly south: Access
  readonly close: () => Promise<void>
}

export async function openCatalogue(): Promise<TestCatalogue> {
  const { url, drop } = await testDatabase()
  const db = createDb(url, 6)
  const catalogue = createCatalogue({ db })
  const [north, south] = [await ensureDefaultOrganisation(db, 'north'), await ensureDefaultOrganisation(db, 'south')]
  return {
    db, url, catalogue,
    north: accessTo(north.organisationId),
    south: accessTo(south.organisationId),
    close: async () => {
      await catalogue.close()
      await db.destroy()
      await drop()
    },
  }
}

/** A synthetic instance as ingest hands it over; what is given by keyword replaces what would be there. */
export const aNewInstance = (given: InstanceInput = {}): NewInstance => newInstance(anInstance({ PixelData: undefined, ...given }))

/** Another object under the same UIDs: one attribute differs, and so do its bytes. */
export const otherBytes = ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: NewInstance, given: InstanceInput = {}): NewInstance =>
  aNewInstance({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, ImageComments: 'corrected', ...given })

/** The study's row of an organisation. */
export async function studyRowOf(db: Db, { organisationId }: Access, { StudyInstanceUID }: Scope): Promise<Record<string, unknown> | undefined> {
  return db('study').where({ organisation_id: organisationId, study_instance_uid: StudyInstanceUID }).first<Record<string, unknown> | undefined>()
}

/** Studies, series and modalities whose kept counts differ from what is there; a correct catalogue has none. */
export async function wrongCounts(db: Db): Promise<object[]> {
  return rows(db, `
    select study_key::text, 'study' as wrong from study where
      number_of_study_related_series <> (select count(*) from series where series.study_key = study.study_key)
      or number_of_study_related_instances <> (select count(*) from instance where instance.study_key = study.study_key)
      or sop_classes_in_study <> array(select distinct sop_class_uid from instance where instance.study_key = study.study_key order by 1)
      or modalities_in_study <> array(select distinct modality from series where series.study_key = study.study_key and modality is not null order by 1)
      or modalities_in_study <> array(select modality from study_modality m where m.study_key = study.study_key and m.sort_key = study.sort_key order by 1)
    union all select series_key::text, 'series' from series
      where number_of_series_related_instances <> (select count(*) from instance where instance.series_key = series.series_key) or number_of_series_related_instances = 0
    union all select instance_key::text, 'metadata' from instance where not exists (select from instance_metadata m where m.instance_key = instance.instance_key)`, [])
}

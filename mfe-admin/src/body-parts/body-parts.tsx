import { bodyParts, deviceTypes, partTags } from '@isocenter/api-client'
import { Page, useResource } from '@isocenter/design-system'
import { Card, Tabs } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { useFilters } from '../parts/use-filters.ts'
import { Parts } from './parts.tsx'
import { Tags } from './tags.tsx'
import { useBodyPartWords } from './words.ts'

const tabs = ['parts', 'tags'] as const

/** Body parts as they are asked for, and the tags they are recognised by (PART-01 to PART-09). */
export function BodyParts() {
  const words = useBodyPartWords()
  const { api } = useAdmin()
  const filters = useFilters()
  const parts = useResource('body-parts', (signal) => bodyParts(api).list(signal))
  const tags = useResource('part-tags', (signal) => partTags(api).list(signal))
  const types = useResource('device-types', (signal) => deviceTypes(api).list(signal))
  const reload = () => { parts.reload(); tags.reload() }
  return (
    <Page title={words.title} intro={words.intro}>
      <Card>
        <Tabs activeKey={filters.oneOf('tab', tabs) ?? 'parts'} onChange={(tab) => { filters.set({ tab: tab === 'parts' ? '' : tab }) }} items={[
          { key: 'parts', label: words.partsTab, children: <Parts parts={parts} tags={tags.value?.items ?? []} types={types.value?.items ?? []} onChanged={reload} /> },
          { key: 'tags', label: words.tagsTab, children: <Tags tags={tags} onChanged={reload} /> },
        ]} />
      </Card>
    </Page>
  )
}

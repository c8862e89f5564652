import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons'
import { partTags } from '@isocenter/api-client'
import type { PartTag, PartTagList } from '@isocenter/contracts'
import { EmptyState, Loaded, useAction, useConfirm, useLanguage, type Resource } from '@isocenter/design-system'
import { Button, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { TagForm } from './tag-form.tsx'
import { useRuleText } from './use-rule-text.ts'
import { useBodyPartWords } from './words.ts'

/** Tags with their rules, in the order they are tried (PART-01, PART-02). */
export function Tags({ tags, onChanged }: { readonly tags: Resource<PartTagList>; readonly onChanged: () => void }) {
  const words = useBodyPartWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const confirm = useConfirm()
  const { run, isBusy } = useAction()
  const ruleText = useRuleText()
  const [edited, setEdited] = useState<PartTag | 'new'>()
  const items = tags.value?.items ?? []
  const move = async (from: number, by: -1 | 1) => {
    const tagIds = items.map(({ tagId }) => tagId)
    const [moved] = tagIds.splice(from, 1)
    if (moved === undefined) return
    tagIds.splice(from + by, 0, moved)
    await run(() => changing(() => partTags(api).order(tagIds), onChanged)).then(onChanged)
  }
  const remove = async ({ tagId, name, parts }: PartTag) => {
    if (await confirm({ title: words.deleteTag(name), hint: words.deleteTagHint(words.partsIn(formats.number(parts))), action: common.remove })) {
      await run(() => changing(() => partTags(api).remove(tagId), onChanged), { done: words.deleted }).then(onChanged)
    }
  }
  const columns: Column<PartTag>[] = [
    { key: 'name', title: words.tag, isMain: true, cell: ({ name, isFinal }) => <span className="state-line"><strong>{name}</strong>{isFinal && <Tag>{words.isFinal}</Tag>}</span> },
    {
      key: 'rules',
      title: words.rules,
      cell: ({ rules }) => (
        rules.length === 0
          ? <span className="hint">{words.noRules}</span>
          : <ul className="rule-list">{rules.map((rule) => <li key={JSON.stringify(rule)}>{ruleText(rule)}</li>)}</ul>
      ),
    },
    {
      key: 'order', title: words.order, cell: (tag) => {
        const place = items.indexOf(tag)
        return (
          <span className="row-actions no-wrap">
            <Button size="small" icon={<ArrowUpOutlined aria-hidden />} aria-label={words.earlier(tag.name)} disabled={isBusy || place === 0} onClick={() => void move(place, -1)} />
            <Button size="small" icon={<ArrowDownOutlined aria-hidden />} aria-label={words.later(tag.name)} disabled={isBusy || place === items.length - 1} onClick={() => void move(place, 1)} />
          </span>
        )
      },
    },
    { key: 'parts', title: words.usedBy, isNumber: true, cell: ({ parts }) => formats.number(parts) },
    {
      key: 'actions', title: common.actions, isActions: true, cell: (tag) => (
        <span className="row-actions">
          <Button size="small" aria-label={`${common.edit}: ${tag.name}`} onClick={() => { setEdited(tag) }}>{common.edit}</Button>
          <Button size="small" danger aria-label={`${common.remove}: ${tag.name}`} onClick={() => void remove(tag)}>{common.remove}</Button>
        </span>
      ),
    },
  ]
  return (
    <>
      <div className="list-tools"><span className="hint">{words.tagOrderHint}</span><Button type="primary" onClick={() => { setEdited('new') }}>{words.addTag}</Button></div>
      <Loaded resource={tags}>{() => (
        items.length === 0
          ? <EmptyState title={words.noTags}>{words.noTagsHint}</EmptyState>
          : <DataTable label={words.tags} items={items} columns={columns} rowKey={({ tagId }) => tagId} />
      )}</Loaded>
      {edited !== undefined && <TagForm {...(edited !== 'new' && { tag: items.find(({ tagId }) => tagId === edited.tagId) ?? edited })} onClose={() => { setEdited(undefined) }} onChanged={onChanged} />}
    </>
  )
}

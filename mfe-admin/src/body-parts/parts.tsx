import { CaretDownOutlined, CaretRightOutlined, DownloadOutlined, UploadOutlined } from '@ant-design/icons'
import { bodyParts } from '@isocenter/api-client'
import type { BodyPart, DeviceType, PartCategory, PartCategoryList, PartTag } from '@isocenter/contracts'
import { EmptyState, Loaded, useAction, useConfirm, useLanguage, type Resource } from '@isocenter/design-system'
import { Button, Input, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { ExportDialog } from './export-dialog.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { CategoryForm, PartForm } from './part-forms.tsx'
import { useBodyPartWords } from './words.ts'
import './body-parts.css'

interface PartsProps {
  readonly parts: Resource<PartCategoryList>
  readonly tags: readonly PartTag[]
  readonly types: readonly DeviceType[]
  readonly onChanged: () => void
}

type Form =
  | { readonly kind: 'category'; readonly category?: PartCategory }
  | { readonly kind: 'part'; readonly category: PartCategory; readonly part?: BodyPart }
  | { readonly kind: 'import' }
  | { readonly kind: 'export' }

const alike = (text: string, sought: string): boolean => text.toLowerCase().includes(sought.trim().toLowerCase())

/** A category that is called so as it is, or with the parts that are. */
const soughtIn = (categories: readonly PartCategory[], sought: string): PartCategory[] => categories.flatMap((category) => {
  if (alike(category.name, sought)) return category
  const parts = category.parts.filter(({ name }) => alike(name, sought))
  return parts.length > 0 ? { ...category, parts } : []
})

/** Types of devices, their categories, and the parts in them (PART-03, PART-04, PART-06 to PART-09). */
export function Parts({ parts, tags, types, onChanged }: PartsProps) {
  const words = useBodyPartWords()
  const [sought, setSought] = useState('')
  const [form, setForm] = useState<Form>()
  const close = () => { setForm(undefined) }
  return (
    <>
      <div className="list-tools">
        <Input.Search allowClear className="part-search" aria-label={words.search} placeholder={words.search} value={sought} onChange={(event) => { setSought(event.target.value) }} />
        <div className="page-actions">
          <Button icon={<UploadOutlined aria-hidden />} onClick={() => { setForm({ kind: 'import' }) }}>{words.import}</Button>
          <Button icon={<DownloadOutlined aria-hidden />} onClick={() => { setForm({ kind: 'export' }) }}>{words.export}</Button>
          <Button type="primary" onClick={() => { setForm({ kind: 'category' }) }}>{words.addCategory}</Button>
        </div>
      </div>
      <Loaded resource={parts}>{({ items }) => {
        if (items.length === 0) return <EmptyState title={words.noParts}>{words.noPartsHint}</EmptyState>
        const shown = soughtIn(items, sought)
        if (shown.length === 0) return <EmptyState title={words.nothingFits} />
        return [...Map.groupBy(shown, ({ deviceType }) => deviceType)].map(([code, categories]) => {
          const name = types.find((type) => type.code === code)?.name
          return (
            <section key={code} className="part-type" aria-label={code}>
              <h2>{code}{name !== undefined && <span className="hint"> {name}</span>}</h2>
              {categories.map((category) => (
                <Category
                  key={category.categoryId} category={category} whole={items.find(({ categoryId }) => categoryId === category.categoryId) ?? category} isOpen={sought.trim() !== '' || undefined} onChanged={onChanged}
                  onEdit={() => { setForm({ kind: 'category', category }) }} onAdd={() => { setForm({ kind: 'part', category }) }} onEditPart={(part) => { setForm({ kind: 'part', category, part }) }}
                />
              ))}
            </section>
          )
        })
      }}</Loaded>
      {form?.kind === 'category' && <CategoryForm types={types} {...(form.category && { category: form.category })} onClose={close} onChanged={onChanged} />}
      {form?.kind === 'part' && <PartForm tags={tags} category={form.category} {...(form.part && { part: form.part })} onClose={close} onChanged={onChanged} />}
      {form?.kind === 'import' && <ImportDialog onClose={close} onImported={onChanged} />}
      {form?.kind === 'export' && <ExportDialog categories={parts.value?.items ?? []} onClose={close} />}
    </>
  )
}

interface CategoryProps {
  /** With the parts that are sought. */
  readonly category: PartCategory
  /** With all its parts. */
  readonly whole: PartCategory
  readonly isOpen: boolean | undefined
  readonly onChanged: () => void
  readonly onEdit: () => void
  readonly onAdd: () => void
  readonly onEditPart: (part: BodyPart) => void
}

function Category({ category, whole, isOpen, onChanged, onEdit, onAdd, onEditPart }: CategoryProps) {
  const words = useBodyPartWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const confirm = useConfirm()
  const { run } = useAction()
  const [isUnfolded, setUnfolded] = useState(true)
  const isShown = isOpen ?? isUnfolded
  const count = words.partsIn(formats.number(whole.parts.length))
  const removePart = async ({ partId, name }: BodyPart) => {
    if (await confirm({ title: words.deletePart(name), hint: words.deletePartHint, action: common.remove })) {
      await run(() => changing(() => bodyParts(api).remove(partId), onChanged), { done: words.deleted }).then(onChanged)
    }
  }
  const empty = async () => {
    if (await confirm({ title: words.deleteAllTitle(count, category.name), hint: words.deletePartHint, action: words.deleteAll })) {
      await run(
        () => changing(() => bodyParts(api).emptyCategory(category.categoryId, whole.parts.length), onChanged),
        { done: words.deleted },
      ).then(onChanged)
    }
  }
  const remove = async () => {
    if (await confirm({ title: words.deleteCategory(category.name), hint: words.deleteCategoryHint, action: common.remove })) {
      await run(() => changing(() => bodyParts(api).removeCategory(category.categoryId), onChanged), { done: words.deleted }).then(onChanged)
    }
  }
  const columns: Column<BodyPart>[] = [
    { key: 'name', title: words.part, isMain: true, cell: ({ name }) => <strong>{name}</strong> },
    { key: 'tags', title: words.tags, cell: ({ tags }) => tags.length > 0 && <span className="tag-list">{tags.map(({ tagId, name }) => <Tag key={tagId}>{name}</Tag>)}</span> },
    { key: 'count', title: words.partCount, isNumber: true, cell: ({ partCount }) => formats.number(partCount) },
    {
      key: 'actions', title: common.actions, isActions: true, cell: (part) => (
        <span className="row-actions">
          <Button size="small" aria-label={`${common.edit}: ${part.name}`} onClick={() => { onEditPart(part) }}>{common.edit}</Button>
          <Button size="small" danger aria-label={`${common.remove}: ${part.name}`} onClick={() => void removePart(part)}>{common.remove}</Button>
        </span>
      ),
    },
  ]
  return (
    <section className="part-category" aria-label={`${category.deviceType} ${category.name}`}>
      <div className="part-category-head">
        <h3>
          <Button
            type="text"
            aria-expanded={isShown}
            icon={isShown ? <CaretDownOutlined aria-hidden /> : <CaretRightOutlined aria-hidden />}
            onClick={() => { setUnfolded(!isShown) }}
          >
            {category.name}
            <span className="hint">{count}</span>
          </Button>
        </h3>
        <span className="row-actions">
          <Button size="small" aria-label={`${words.addPart}: ${category.name}`} onClick={onAdd}>{words.addPart}</Button>
          <Button size="small" aria-label={`${words.editCategory}: ${category.name}`} onClick={onEdit}>{common.edit}</Button>
          {whole.parts.length > 0
            ? <Button size="small" danger aria-label={`${words.deleteAll}: ${category.name}`} onClick={() => void empty()}>{words.deleteAll}</Button>
            : <Button size="small" danger aria-label={`${common.remove}: ${category.name}`} onClick={() => void remove()}>{common.remove}</Button>}
        </span>
      </div>
      {isShown && (category.parts.length === 0 ? <p className="hint">{words.emptyCategory}</p> : <DataTable label={category.name} items={category.parts} columns={columns} rowKey={({ partId }) => partId} />)}
    </section>
  )
}

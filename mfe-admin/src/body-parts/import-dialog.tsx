import { bodyParts } from '@isocenter/api-client'
import { maxPartSheetBytes, type PartImport } from '@isocenter/contracts'
import { useAction, useLanguage, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Modal, Tag } from 'antd'
import { useRef, useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { useCommonWords } from '../words/common.ts'
import { useBodyPartWords } from './words.ts'

const spreadsheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** Says of a spreadsheet, row by row, what would come of it, and imports it when that is wanted (PART-07). */
export function ImportDialog({ onClose, onImported }: { readonly onClose: () => void; readonly onImported: () => void }) {
  const words = useBodyPartWords()
  const common = useCommonWords()
  const { api } = useAdmin()
  const problemText = useProblemText()
  const { run, isBusy, problem } = useAction()
  const input = useRef<HTMLInputElement>(null)
  const [file, setFile] = useState<Blob>()
  const [checked, setChecked] = useState<PartImport>()
  const [isTooLarge, setTooLarge] = useState(false)
  const choose = async (chosen: File | undefined) => {
    if (chosen === undefined) return
    setChecked(undefined)
    setFile(undefined)
    setTooLarge(chosen.size > maxPartSheetBytes)
    if (chosen.size > maxPartSheetBytes) return
    // Whatever the system takes it for: the server looks into it.
    const content = new Blob([chosen], { type: spreadsheet })
    if (await run(async () => { setChecked(await bodyParts(api).checkImport(content)) }, { isQuiet: true })) setFile(content)
  }
  const confirm = async () => {
    if (file === undefined) return
    if (await run(() => bodyParts(api).import(file), { done: words.imported, isQuiet: true })) {
      onImported()
      onClose()
    }
  }
  const reason = problem?.members?.['reason']
  const failure = isTooLarge ? words.tooLarge : problem && (words.unreadable[String(reason)] ?? problemText(problem))
  const isNothing = checked !== undefined && checked.created + checked.changed === 0
  return (
    <Modal
      open width={760} title={words.importTitle} onCancel={onClose} closable={{ 'aria-label': common.close }} destroyOnHidden
      footer={(
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            type="primary"
            loading={isBusy}
            disabled={file === undefined || checked === undefined || checked.errors.length > 0 || isNothing}
            onClick={() => void confirm()}
          >
            {words.confirmImport}
          </Button>
        </>
      )}
    >
      <p className="hint">{words.importHint}</p>
      <input ref={input} type="file" hidden accept=".xlsx,.xls" aria-label={words.chooseFile} onChange={(event) => { void choose(event.target.files?.[0]); event.target.value = '' }} />
      <Button loading={isBusy} onClick={() => { input.current?.click() }}>{checked === undefined ? words.chooseFile : words.another}</Button>
      <div role="status" className="import-outcome">
        {failure !== undefined && <Alert type="error" showIcon title={failure} />}
        {failure === undefined && checked && <Outcome checked={checked} />}
      </div>
    </Modal>
  )
}

function Outcome({ checked: { created, changed, unchanged, newCategories, newTags, errors, isCut } }: { readonly checked: PartImport }) {
  const words = useBodyPartWords()
  const { formats } = useLanguage()
  const columns: Column<PartImport['errors'][number]>[] = [
    { key: 'row', title: words.row, isMain: true, cell: ({ row }) => formats.number(row) },
    { key: 'column', title: words.column, cell: ({ column }) => words.columns[column] },
    { key: 'value', title: words.value, cell: ({ value }) => value },
    { key: 'problem', title: words.problem, cell: ({ problem }) => words.problems[problem] },
  ]
  const rows = new Set(errors.map(({ row }) => row)).size
  return (
    <>
      {errors.length > 0 && <Alert type="error" showIcon title={words.errors(formats.number(rows))} description={isCut ? words.moreErrors : undefined} />}
      <p>{errors.length === 0 && created + changed === 0 ? words.nothingNew : words.outcome(formats.number(created), formats.number(changed), formats.number(unchanged))}</p>
      {newCategories.length > 0 && (
        <p>
          <span className="hint">{words.newCategories}</span> <span className="tag-list">
            {newCategories.map(({ deviceType, name }) => <Tag key={`${deviceType} ${name}`}>{`${deviceType} ${name}`}</Tag>)}
          </span>
        </p>
      )}
      {newTags.length > 0 && <p><span className="hint">{words.newTags}</span> <span className="tag-list">{newTags.map((name) => <Tag key={name}>{name}</Tag>)}</span></p>}
      {errors.length > 0 && <DataTable label={words.problem} items={errors} columns={columns} rowKey={({ row, column }) => `${String(row)} ${column}`} />}
    </>
  )
}

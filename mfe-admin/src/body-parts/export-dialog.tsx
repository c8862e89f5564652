import { bodyParts } from '@isocenter/api-client'
import type { PartCategory } from '@isocenter/contracts'
import { EmptyState, useAction, useLanguage, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Checkbox, Modal } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { download } from '../parts/download.ts'
import { useCommonWords } from '../words/common.ts'
import { useBodyPartWords } from './words.ts'

/** All categories or some of them as a spreadsheet (PART-06). */
export function ExportDialog({ categories, onClose }: { readonly categories: readonly PartCategory[]; readonly onClose: () => void }) {
  const words = useBodyPartWords()
  const common = useCommonWords()
  const { language, formats } = useLanguage()
  const { api, organisation } = useAdmin()
  const problemText = useProblemText()
  const { run, isBusy, problem } = useAction()
  const filled = categories.filter(({ parts }) => parts.length > 0)
  const [chosen, setChosen] = useState(() => filled.map(({ categoryId }) => categoryId))
  const write = async () => {
    const isDone = await run(async () => {
      download(await bodyParts(api).export({ language, ...(chosen.length < filled.length && { categoryId: chosen }) }), `${organisation.number}-body-parts-${new Date().toISOString().slice(0, 10)}.xlsx`)
    }, { isQuiet: true })
    if (isDone) onClose()
  }
  return (
    <Modal
      open title={words.exportTitle} onCancel={onClose} closable={{ 'aria-label': common.close }} destroyOnHidden
      footer={<><Button onClick={onClose}>{common.cancel}</Button><Button type="primary" loading={isBusy} disabled={chosen.length === 0} onClick={() => void write()}>{words.export}</Button></>}
    >
      {filled.length === 0 ? <EmptyState title={words.nothingToExport} /> : (
        <>
          <p className="hint">{words.exportHint}</p>
          <div className="page-actions modal-alert">
            <Button size="small" onClick={() => { setChosen(filled.map(({ categoryId }) => categoryId)) }}>{words.all}</Button>
            <Button size="small" onClick={() => { setChosen([]) }}>{words.none}</Button>
          </div>
          <Checkbox.Group
            className="checks"
            value={chosen}
            onChange={setChosen}
            options={filled.map(({ categoryId, deviceType, name, parts }) => ({
              value: categoryId,
              label: `${deviceType} ${name} · ${words.partsIn(formats.number(parts.length))}`,
            }))}
          />
        </>
      )}
      <div role="alert">{problem && <Alert type="error" showIcon title={problemText(problem)} />}</div>
    </Modal>
  )
}

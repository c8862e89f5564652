import { exportFormats, type Download, type ExportChoice, type ExportFields } from '@isocenter/contracts'
import { Loaded, useAction, useLanguage, useProblemText, useResource } from '@isocenter/design-system'
import { Alert, Button, Checkbox, Form, Radio } from 'antd'
import { useState } from 'react'
import { FileDialog } from './file-dialog.tsx'
import { useChosenFields } from './use-chosen-fields.ts'
import { useDownloadWords } from './words.ts'
import './downloads.css'

export interface ExportDialogProps {
  /** Name of the list: the fields somebody chooses are remembered by it. */
  readonly list: string
  readonly isOpen: boolean
  /** What may be chosen from. */
  readonly fields: (signal: AbortSignal) => Promise<ExportFields>
  /** Asks for the file, with the filter the list has now. @throws ApiProblem */
  readonly create: (choice: ExportChoice) => Promise<Download>
  readonly onClose: () => void
}

/** Exports any list as a spreadsheet, with the fields one chooses (DL-04). */
export function ExportDialog({ isOpen, onClose, ...given }: ExportDialogProps) {
  const words = useDownloadWords()
  return <FileDialog title={words.exportTitle} isOpen={isOpen} onClose={onClose}>{(onMade) => <Fields {...given} onMade={onMade} />}</FileDialog>
}

type FormProps = Omit<ExportDialogProps, 'isOpen' | 'onClose'> & { readonly onMade: (download: Download) => void }

function Fields(given: FormProps) {
  const fields = useResource(`${given.list} fields`, given.fields)
  const chosen = useChosenFields(given.list, fields.value)
  return <Loaded resource={{ ...fields, value: chosen.keys === undefined ? undefined : fields.value }}>{(all) => <ExportForm {...given} all={all} chosen={chosen.keys ?? []} onChoose={chosen.remember} />}</Loaded>
}

function ExportForm({ all: { items }, chosen, create, onChoose, onMade }: FormProps & { readonly all: ExportFields; readonly chosen: readonly string[]; readonly onChoose: (keys: readonly string[]) => Promise<void> }) {
  const words = useDownloadWords()
  const { language } = useLanguage()
  const problemText = useProblemText()
  const making = useAction()
  const [keys, setKeys] = useState<readonly string[]>(chosen)
  const start = async ({ format }: Pick<ExportChoice, 'format'>) => {
    await making.run(async () => {
      onMade(await create({ format, language, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, fields: items.filter(({ key }) => keys.includes(key)).map(({ key }) => key) }))
      await onChoose(keys)
    }, { isQuiet: true })
  }
  return (
    <Form layout="vertical" requiredMark={false} initialValues={{ format: 'xlsx' }} onFinish={start}>
      <p className="hint">{words.exportHint}</p>
      <Form.Item name="format" label={words.format}><Radio.Group options={exportFormats.map((value) => ({ value, label: words.formats[value] }))} /></Form.Item>
      <Form.Item label={words.fields} help={keys.length === 0 ? words.noFields : undefined} {...(keys.length === 0 && { validateStatus: 'error' as const })}>
        <div className="export-tools">
          <Button size="small" onClick={() => { setKeys(items.map(({ key }) => key)) }}>{words.allFields}</Button>
          <Button size="small" onClick={() => { setKeys(items.filter(({ isUsual }) => isUsual).map(({ key }) => key)) }}>{words.usualFields}</Button>
        </div>
        <Checkbox.Group className="export-fields" value={[...keys]} options={items.map(({ key, label }) => ({ value: key, label: label[language] }))} onChange={(next) => { setKeys(next) }} />
      </Form.Item>
      <div role="alert">{making.problem && <Alert type="error" showIcon title={problemText(making.problem)} className="download-problem" />}</div>
      <Button type="primary" htmlType="submit" loading={making.isBusy} disabled={keys.length === 0}>{words.exportStart}</Button>
    </Form>
  )
}

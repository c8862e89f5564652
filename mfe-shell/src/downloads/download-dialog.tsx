import { downloads, session } from '@isocenter/api-client'
import { maxDownloadNameLength, maxDownloadStudies, type Download } from '@isocenter/contracts'
import { useAction, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Form, Input, Radio, Switch } from 'antd'
import { ChosenStudies, type ChosenStudy } from '../studies/chosen-studies.tsx'
import { FileDialog } from './file-dialog.tsx'
import { useDownloadWords } from './words.ts'
import './downloads.css'

export interface DownloadDialogProps {
  readonly organisationId: string
  /** None: closed. */
  readonly studies: readonly ChosenStudy[]
  /** Whether the caller's role lets names stay in the headers. */
  readonly seesIdentities: boolean
  readonly onClose: () => void
}

interface Fields { readonly naming: 'anonymous' | 'typed'; readonly fileName?: string; readonly isAnonymised: boolean }

/** Downloads studies as a zip: how the file is called, and whether headers are anonymised (DL-01, D-17). */
export function DownloadDialog({ studies, onClose, ...given }: DownloadDialogProps) {
  const words = useDownloadWords()
  return (
    <FileDialog title={words.title(studies.length)} isOpen={studies.length > 0} onClose={onClose}>
      {(onMade) => (studies.length > maxDownloadStudies ? <Alert type="warning" showIcon title={words.tooMany(maxDownloadStudies)} /> : <DownloadForm studies={studies} {...given} onMade={onMade} />)}
    </FileDialog>
  )
}

function DownloadForm({ organisationId, studies, seesIdentities, onMade }: Omit<DownloadDialogProps, 'onClose'> & { readonly onMade: (download: Download) => void }) {
  const words = useDownloadWords()
  const problemText = useProblemText()
  const making = useAction()
  const [form] = Form.useForm<Fields>()
  const naming = Form.useWatch('naming', form) ?? 'anonymous'
  const isAnonymised = Form.useWatch('isAnonymised', form) ?? !seesIdentities
  const start = async ({ fileName = '', ...fields }: Fields) => {
    await making.run(async () => {
      onMade(await downloads(session.api.of(organisationId)).create({ studies: studies.map(({ StudyInstanceUID }) => StudyInstanceUID), isAnonymised: fields.isAnonymised, ...(fields.naming === 'typed' && { fileName }) }))
    }, { isQuiet: true })
  }
  return (
    <Form form={form} layout="vertical" requiredMark={false} initialValues={{ naming: 'anonymous', isAnonymised: !seesIdentities }} onFinish={start}>
      <ChosenStudies studies={studies} />
      <p className="hint">{words.intro}</p>
      <Form.Item name="naming" label={words.name}><Radio.Group className="download-names" options={(['anonymous', 'typed'] as const).map((value) => ({ value, label: words.names[value] }))} /></Form.Item>
      {naming === 'typed' && (
        <Form.Item name="fileName" label={words.typedName} extra={words.typedHint} rules={[{ required: true, whitespace: true, message: words.typedMissing }]}><Input maxLength={maxDownloadNameLength} autoComplete="off" /></Form.Item>
      )}
      <Form.Item name="isAnonymised" label={words.anonymise} valuePropName="checked" extra={!seesIdentities ? `${words.anonymiseCompulsory} ${words.anonymiseHint}` : isAnonymised ? words.anonymiseHint : words.anonymiseOff}><Switch disabled={!seesIdentities} /></Form.Item>
      <div role="alert">{making.problem && <Alert type="error" showIcon title={problemText(making.problem)} className="download-problem" />}</div>
      <Button type="primary" htmlType="submit" loading={making.isBusy}>{words.start}</Button>
    </Form>
  )
}

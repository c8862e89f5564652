import { downloads, session } from '@isocenter/api-client'
import { maxDownloadNameLength, maxDownloadStudies, type Download } from '@isocenter/contracts'
import { useAction, useLanguage, useProblemText } from '@isocenter/design-system'
import { Alert, App, Button, Form, Input, Modal, Radio, Switch } from 'antd'
import { useState } from 'react'
import { Begun } from './begun.tsx'
import { fetchFile } from './fetch-file.ts'
import { useDownloadWords } from './words.ts'
import './downloads.css'

export interface DownloadDialogProps {
  readonly organisationId: string
  /** StudyInstanceUIDs; none: closed. */
  readonly studies: readonly string[]
  /** Whether the caller's role lets names stay in the headers. */
  readonly seesIdentities: boolean
  readonly onClose: () => void
}

interface Fields { readonly naming: 'anonymous' | 'typed'; readonly fileName?: string; readonly isAnonymised: boolean }

/** Downloads studies as a zip: how the file is called, and whether headers are anonymised (DL-01, D-17). */
export function DownloadDialog({ studies, onClose, ...given }: DownloadDialogProps) {
  const words = useDownloadWords()
  const [begun, setBegun] = useState<Download>()
  const close = () => {
    setBegun(undefined)
    onClose()
  }
  return (
    <Modal open={studies.length > 0} onCancel={close} title={words.title(studies.length)} footer={begun ? <Button type="primary" onClick={close}>{words.close}</Button> : null} destroyOnHidden closable={{ 'aria-label': words.close }}>
      {begun ? <Begun download={begun} />
        : studies.length > maxDownloadStudies ? <Alert type="warning" showIcon title={words.tooMany(maxDownloadStudies)} />
        : <DownloadForm studies={studies} {...given} onBackground={setBegun} onDone={close} />}
    </Modal>
  )
}

function DownloadForm({ organisationId, studies, seesIdentities, onBackground, onDone }: Omit<DownloadDialogProps, 'onClose'> & { readonly onBackground: (download: Download) => void; readonly onDone: () => void }) {
  const words = useDownloadWords()
  const problemText = useProblemText()
  const { formats } = useLanguage()
  const { message } = App.useApp()
  const making = useAction()
  const [form] = Form.useForm<Fields>()
  const naming = Form.useWatch('naming', form) ?? 'anonymous'
  const isAnonymised = Form.useWatch('isAnonymised', form) ?? !seesIdentities
  const start = async ({ fileName = '', ...fields }: Fields) => {
    await making.run(async () => {
      const download = await downloads(session.api.of(organisationId)).create({ studies: [...studies], isAnonymised: fields.isAnonymised, ...(fields.naming === 'typed' && { fileName }) })
      if (download.isBackground) {
        onBackground(download)
        return
      }
      fetchFile(download)
      void message.success([words.started, ...((download.leftOut ?? 0) > 0 ? [words.leftOut(formats.number(download.leftOut ?? 0))] : [])].join(' '), (download.leftOut ?? 0) > 0 ? 8 : undefined)
      onDone()
    }, { isQuiet: true })
  }
  return (
    <Form form={form} layout="vertical" requiredMark={false} initialValues={{ naming: 'anonymous', isAnonymised: !seesIdentities }} onFinish={start}>
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

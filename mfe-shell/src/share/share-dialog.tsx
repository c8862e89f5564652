import { session, shareLinks } from '@isocenter/api-client'
import { maxSharedStudies, type NewShareLink, type ShareRisk } from '@isocenter/contracts'
import { Link, useAction, useProblemText, useResource } from '@isocenter/design-system'
import { Alert, App, Button, Form, Input, Modal, Select, Switch } from 'antd'
import { useRef, useState, type ComponentRef } from 'react'
import { QrPicture } from '../parts/qr-picture.tsx'
import { ChosenStudies, type ChosenStudy } from '../studies/chosen-studies.tsx'
import { useShareWords } from './words.ts'
import './share.css'

export interface ShareDialogProps {
  readonly organisationId: string
  /** More than one link can show are refused with a reason. */
  readonly studies: readonly ChosenStudy[]
  readonly isOpen: boolean
  readonly onClose: () => void
}

const choices = [1, 3, 7, 30, 90] as const
const usualDays = 7
const weighty = new Set<ShareRisk>(['burnedInAnnotation', 'possibleAnnotation', 'recognisableFeatures'])

/** Makes a link that shows these studies to whoever holds it, and hands it over as text and QR code (SHARE-01, SHARE-02). */
export function ShareDialog({ organisationId, studies, isOpen, onClose }: ShareDialogProps) {
  const words = useShareWords()
  const [link, setLink] = useState<NewShareLink>()
  const close = () => {
    setLink(undefined)
    onClose()
  }
  return (
    <Modal open={isOpen} onCancel={close} title={link ? words.made : words.shareTitle(studies.length)} footer={link ? <Button type="primary" onClick={close}>{words.close}</Button> : null} destroyOnHidden closable={{ 'aria-label': words.close }}>
      {link ? <MadeLink studies={studies} organisationId={organisationId} link={link} />
        : studies.length > maxSharedStudies || studies.length === 0 ? <Alert type="warning" showIcon title={words.tooMany(maxSharedStudies)} />
        : <LinkForm organisationId={organisationId} studies={studies} onMade={setLink} />}
    </Modal>
  )
}

interface Fields { readonly isAnonymised: boolean; readonly days: number; readonly password?: string }

function LinkForm({ organisationId, studies, onMade }: { readonly organisationId: string; readonly studies: readonly ChosenStudy[]; readonly onMade: (link: NewShareLink) => void }) {
  const words = useShareWords()
  const problemText = useProblemText()
  const making = useAction()
  const [form] = Form.useForm<Fields>()
  const isAnonymised = Form.useWatch('isAnonymised', form) ?? true
  const api = shareLinks(session.api.of(organisationId))
  const uids = studies.map(({ StudyInstanceUID }) => StudyInstanceUID)
  const risks = useResource(`${organisationId} ${uids.join()}`, (signal) => api.risks(uids, signal))
  const shownAttachments = risks.value?.items.reduce((sum, { attachments }) => sum + attachments, 0)
  const found = [...new Set(risks.value?.items.flatMap((item) => item.risks))]
  const make = async ({ days, password, ...fields }: Fields) => {
    await making.run(async () => {
      onMade(await api.create({ studies: uids, isAnonymised: fields.isAnonymised, validHours: days * 24, ...(password !== undefined && password !== '' && { password }) }))
    }, { isQuiet: true })
  }
  return (
    <Form form={form} layout="vertical" requiredMark={false} initialValues={{ isAnonymised: true, days: usualDays }} onFinish={make}>
      <ChosenStudies studies={studies} />
      <Form.Item name="isAnonymised" label={words.anonymise} valuePropName="checked" extra={isAnonymised ? words.anonymiseHint : words.named}><Switch /></Form.Item>
      <div role="status" className="share-risks">
        {isAnonymised && risks.isLoading && <span>{words.looking}</span>}
        {!isAnonymised && shownAttachments !== undefined && <Alert type="info" showIcon title={words.opensAttachments(shownAttachments)} />}
        {risks.error && <Alert type="warning" showIcon title={problemText(risks.error)} />}
        {isAnonymised && found.map((risk) => <Alert key={risk} type={weighty.has(risk) ? 'warning' : 'info'} showIcon title={words.risks[risk]} />)}
      </div>
      <Form.Item name="days" label={words.valid}><Select options={choices.map((days) => ({ value: days, label: words.days(days) }))} /></Form.Item>
      <Form.Item name="password" label={words.sharePassword} extra={words.sharePasswordHint} rules={[{ min: 6, message: words.shortPassword }]}><Input.Password autoComplete="new-password" maxLength={128} /></Form.Item>
      <div role="alert">{making.problem && <Alert type="error" showIcon title={problemText(making.problem)} className="share-problem" />}</div>
      <Button type="primary" htmlType="submit" loading={making.isBusy}>{words.make}</Button>
    </Form>
  )
}

function MadeLink({ organisationId, studies, link }: { readonly organisationId: string; readonly studies: readonly ChosenStudy[]; readonly link: NewShareLink }) {
  const words = useShareWords()
  const { message } = App.useApp()
  const address = `${location.origin}${link.path}`
  const box = useRef<ComponentRef<typeof Input.TextArea>>(null)
  const copy = async () => {
    // Browsers have no clipboard for pages over plain HTTP: the text is marked, so that a key copies it.
    const isDone = await (navigator.clipboard as Clipboard | undefined)?.writeText(address).then(() => true, () => false)
    if (isDone === true) void message.success(words.copied)
    else {
      box.current?.focus({ cursor: 'all' })
      void message.info(words.copyYourself)
    }
  }
  return (
    <div className="share-made">
      <div>
        <ChosenStudies studies={studies} />
        <p className="hint">{words.madeHint}</p>
        <Input.TextArea ref={box} readOnly rows={4} value={address} aria-label={words.link} onFocus={(event) => { event.target.select() }} />
        <p><Button onClick={() => void copy()}>{words.copy}</Button></p>
        <p><Link href={`/o/${organisationId}/shares`}>{words.ownLinks}</Link></p>
      </div>
      <QrPicture label={words.code} value={address} size={180} />
    </div>
  )
}

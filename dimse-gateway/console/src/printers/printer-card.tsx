import { ApiOutlined, DeleteOutlined, EditOutlined } from '@ant-design/icons'
import { mediumTypeText, printerStatusInfoText, printerStatusText } from '@isocenter/contracts/film-printer-words'
import { filmSizeName } from '@isocenter/contracts/film-terms'
import { useAction, useConfirm, useLanguage } from '@isocenter/design-system'
import { Alert, Button, Card, Flex, Tag } from 'antd'
import { useState } from 'react'
import type { Printer } from '../../../src/configuration/printers.ts'
import type { PrinterTest } from '../../../src/control/wire/state.ts'
import { request } from '../api/client.ts'
import { useFailureText } from '../parts/failure-text.ts'
import { useConsoleWords } from '../words/index.ts'

const severity = (status: string) => (status === 'NORMAL' ? 'success' : status === 'WARNING' ? 'warning' : 'error')

/** One film printer: what it prints on, and how it is, asked when somebody wants to know. */
export function PrinterCard({ printer, onEdit }: { readonly printer: Printer; readonly onEdit: () => void }) {
  const { printers: words, actions } = useConsoleWords()
  const { formats, language } = useLanguage()
  const testing = useAction()
  const removing = useAction()
  const confirm = useConfirm()
  const [result, setResult] = useState<PrinterTest>()
  const { id, name, host, port, calledAETitle, callingAETitle, tls, colour, filmSizes, mediumTypes, maxCopies } = printer

  const test = async () => {
    setResult(undefined)
    await testing.run(async () => { setResult(await request<PrinterTest>('POST', `/printers/${id}/test`)) })
  }
  const remove = async () => {
    if (await confirm({ title: words.confirmRemove(name), hint: words.confirmRemoveHint, action: actions.remove })) await removing.run(() => request('DELETE', `/printers/${id}`))
  }
  return (
    <Card title={<h2 className="card-title">{name}</h2>} extra={<Tag>{words.colours[colour]}</Tag>}>
      <div role="status">{result && <TestResult result={result} />}</div>
      <dl className="facts">
        <dt>{words.address}</dt><dd className="mono">{`${calledAETitle} @ ${host}:${port}`}{tls && ' · TLS'}</dd>
        {callingAETitle !== undefined && <><dt>{words.callingAETitle}</dt><dd className="mono">{callingAETitle}</dd></>}
        <dt>{words.filmSizes}</dt><dd>{formats.list(filmSizes.map(filmSizeName))}</dd>
        {mediumTypes.length > 0 && <><dt>{words.media}</dt><dd>{formats.list(mediumTypes.map((medium) => mediumTypeText(medium, language)))}</dd></>}
        <dt>{words.maxCopies}</dt><dd>{formats.number(maxCopies)}</dd>
      </dl>
      <Flex wrap gap="small" style={{ marginTop: 16 }}>
        <Button icon={<ApiOutlined aria-hidden />} loading={testing.isBusy} onClick={() => void test()}>{words.test}</Button>
        <Button icon={<EditOutlined aria-hidden />} onClick={onEdit}>{actions.edit}</Button>
        <Button danger icon={<DeleteOutlined aria-hidden />} loading={removing.isBusy} onClick={() => void remove()}>{actions.remove}</Button>
      </Flex>
    </Card>
  )
}

function TestResult({ result: { state, failure } }: { readonly result: PrinterTest }) {
  const { printers: words } = useConsoleWords()
  const { language } = useLanguage()
  const failureText = useFailureText()
  if (failure) return <Alert type="error" showIcon className="printer-state" title={words.notAsked} description={failureText(failure)} />
  if (!state) return null
  const { PrinterStatus, PrinterStatusInfo, PrinterName } = state
  const info = PrinterStatusInfo === undefined || PrinterStatusInfo === 'NORMAL' ? [] : [printerStatusInfoText(PrinterStatusInfo, language)]
  const said = [...info, ...(PrinterName === undefined ? [] : [words.calledItself(PrinterName)])].join(' · ')
  return <Alert type={severity(PrinterStatus)} showIcon className="printer-state" title={printerStatusText(PrinterStatus, language)} {...(said !== '' && { description: said })} />
}

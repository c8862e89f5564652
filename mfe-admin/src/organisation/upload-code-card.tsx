import { gateways } from '@isocenter/api-client'
import { useAction, useConfirm, useLanguage } from '@isocenter/design-system'
import type { UploadCode } from '@isocenter/contracts'
import { Button, Card, Typography } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { useCommonWords } from '../words/common.ts'
import { useOrganisationWords } from './words.ts'

/** The code a gateway is enrolled by (ORG-07): shown when asked for, which is written into the audit trail, and replaced. */
export function UploadCodeCard() {
  const words = useOrganisationWords()
  const common = useCommonWords()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const { run, isBusy } = useAction()
  const confirm = useConfirm()
  const [code, setCode] = useState<UploadCode>()
  const show = () => run(async () => { setCode(await gateways(api).uploadCode()) })
  const rotate = async () => {
    if (await confirm({ title: words.rotateTitle, hint: words.rotateHint, action: words.rotateCode })) await run(async () => { setCode(await gateways(api).rotateUploadCode()) }, { done: words.rotated })
  }
  return (
    <Card title={<h2 className="card-title">{words.uploadCode}</h2>}>
      <p className="hint">{words.uploadCodeHint}</p>
      {code && (
        <p>
          <Typography.Text code copyable={{ tooltips: [common.copy, common.copied] }} className="secret">{code.uploadCode}</Typography.Text>
          <br />
          <span className="hint small">{words.changedAt(formats.moment(code.rotatedAt))}</span>
        </p>
      )}
      <span className="row-actions">
        {code ? <Button onClick={() => { setCode(undefined) }}>{words.hideCode}</Button> : <Button loading={isBusy} onClick={() => void show()}>{words.showCode}</Button>}
        <Button danger loading={isBusy} onClick={() => void rotate()}>{words.rotateCode}</Button>
      </span>
    </Card>
  )
}

import type { Download } from '@isocenter/contracts'
import { Link, useLanguage } from '@isocenter/design-system'
import { Alert } from 'antd'
import { useDownloadWords } from './words.ts'

/** What is said once something large has been asked for. */
export function Begun({ download: { organisationId, byteLength, leftOut = 0 } }: { readonly download: Download }) {
  const words = useDownloadWords()
  const { formats } = useLanguage()
  return (
    <div role="status">
      <Alert type="info" showIcon title={words.inBackground} description={byteLength === undefined ? undefined : words.inBackgroundHint(formats.bytes(byteLength))} />
      {leftOut > 0 && <p className="hint">{words.leftOut(formats.number(leftOut))}</p>}
      <p><Link href={`/o/${organisationId}/downloads`}>{words.toList}</Link></p>
    </div>
  )
}

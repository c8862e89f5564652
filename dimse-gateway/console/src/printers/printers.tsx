import { PlusOutlined } from '@ant-design/icons'
import { EmptyState, Loaded, Page } from '@isocenter/design-system'
import { Button, Card } from 'antd'
import { useState } from 'react'
import type { Printer } from '../../../src/configuration/printers.ts'
import type { Configuration } from '../../../src/configuration/schema.ts'
import { useResource } from '../api/use-resource.ts'
import { useConsoleWords } from '../words/index.ts'
import { PrinterCard } from './printer-card.tsx'
import { PrinterForm } from './printer-form.tsx'

/** Film printers of the site that people print on from the cloud. */
export function Printers() {
  const { places, printers: words } = useConsoleWords()
  const configuration = useResource<Configuration>('/configuration', ['configuration'])
  const [edited, setEdited] = useState<Printer | 'new'>()
  const add = <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => { setEdited('new') }}>{words.add}</Button>
  return (
    <Page title={places.printers} actions={add}>
      <Loaded resource={configuration}>{({ printers }) => (
        printers.length === 0
          ? <Card><EmptyState title={words.none} action={add}>{words.noneHint}</EmptyState></Card>
          : <>{printers.map((printer) => <PrinterCard key={printer.id} printer={printer} onEdit={() => { setEdited(printer) }} />)}</>
      )}</Loaded>
      {edited !== undefined && <PrinterForm printer={edited === 'new' ? undefined : edited} onClose={() => { setEdited(undefined) }} />}
    </Page>
  )
}

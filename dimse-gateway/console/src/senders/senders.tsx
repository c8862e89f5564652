import { Page } from '../parts/page.tsx'
import { useConsoleWords } from '../words/index.ts'

export function Senders() {
  const { places } = useConsoleWords()
  return <Page title={places.senders}>{null}</Page>
}

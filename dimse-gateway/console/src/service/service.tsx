import { Page } from '../parts/page.tsx'
import { useConsoleWords } from '../words/index.ts'

export function Service() {
  const { places } = useConsoleWords()
  return <Page title={places.service}>{null}</Page>
}

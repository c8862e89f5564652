import { Page } from '../parts/page.tsx'
import { useConsoleWords } from '../words/index.ts'

export function Rules() {
  const { places } = useConsoleWords()
  return <Page title={places.rules}>{null}</Page>
}

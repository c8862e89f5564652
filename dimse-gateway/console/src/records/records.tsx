import { Page } from '../parts/page.tsx'
import { useConsoleWords } from '../words/index.ts'

export function Records() {
  const { places } = useConsoleWords()
  return <Page title={places.records}>{null}</Page>
}

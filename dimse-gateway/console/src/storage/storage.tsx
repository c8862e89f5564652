import { Page } from '../parts/page.tsx'
import { useConsoleWords } from '../words/index.ts'

export function Storage() {
  const { places } = useConsoleWords()
  return <Page title={places.storage}>{null}</Page>
}

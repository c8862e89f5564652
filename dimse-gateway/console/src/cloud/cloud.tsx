import { Page } from '../parts/page.tsx'
import { useConsoleWords } from '../words/index.ts'

export function Cloud() {
  const { places } = useConsoleWords()
  return <Page title={places.cloud}>{null}</Page>
}

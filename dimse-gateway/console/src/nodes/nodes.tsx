import { Page } from '../parts/page.tsx'
import { useConsoleWords } from '../words/index.ts'

export function Nodes() {
  const { places } = useConsoleWords()
  return <Page title={places.nodes}>{null}</Page>
}

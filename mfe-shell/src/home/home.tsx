import { Page } from '@isocenter/design-system'
import { useMembership } from '../session/use-session.ts'
import { useShellWords } from '../words/index.ts'
import { NotFound } from '../not-found/not-found.tsx'

/** First page of one organisation. */
export function Home() {
  const { home } = useShellWords()
  const membership = useMembership()
  if (!membership) return <NotFound />
  return <Page title={`${home.title} · ${membership.organisation.name}`}>{null}</Page>
}

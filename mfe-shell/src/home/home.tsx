import { Page } from '@isocenter/design-system'
import { NotFound } from '../not-found/not-found.tsx'
import { useMembership } from '../session/use-session.ts'
import { useShellWords } from '../words/index.ts'
import { LogFeed } from './log-feed.tsx'

/** First page of one organisation: what was done in it (WB-07). */
export function Home() {
  const { home } = useShellWords()
  const membership = useMembership()
  if (!membership) return <NotFound />
  const { organisation, permissions } = membership
  return <Page title={organisation.name} intro={home.intro}><LogFeed key={organisation.organisationId} organisationId={organisation.organisationId} mayFilterPeople={permissions.includes('log.view_all')} /></Page>
}

import type { OwnMembership } from '@isocenter/contracts'
import { DeniedState, navigate, Page, useLocation } from '@isocenter/design-system'
import { Tabs } from 'antd'
import { NotFound } from '../not-found/not-found.tsx'
import { useMembership, useSignedIn } from '../session/use-session.ts'
import { Basket } from './basket.tsx'
import { PrintHistory } from './print-history.tsx'
import { useBasket } from './use-basket.ts'
import { useFilmWords } from './words.ts'
import './film.css'

/** Images collected for films, their printing, and what was printed (FILM-01 to FILM-06). */
export function FilmPage() {
  const membership = useMembership()
  const words = useFilmWords()
  if (!membership) return <NotFound />
  if (!membership.permissions.includes('study.print_film')) return <Page title={words.title}><DeniedState detail="" missing="study.print_film" /></Page>
  return <Films key={membership.organisation.organisationId} membership={membership} />
}

function Films({ membership: { organisation: { organisationId } } }: { readonly membership: OwnMembership }) {
  const words = useFilmWords()
  const accountId = useSignedIn()?.session.account.accountId ?? ''
  const { path, search } = useLocation()
  const basket = useBasket(organisationId)
  const isHistory = search.get('tab') === 'history'
  const study = search.get('study') ?? undefined
  const count = basket.resource.value?.items.length
  return (
    <Page title={words.title}>
      <Tabs activeKey={isHistory ? 'history' : 'basket'} destroyOnHidden onChange={(tab) => { navigate(tab === 'history' ? `${path}?tab=history` : path) }} items={[
        { key: 'basket', label: count === undefined ? words.basket : words.basketOf(count), children: <Basket organisationId={organisationId} accountId={accountId} basket={basket} onPrinted={({ jobId }) => { navigate(`${path}?tab=history&job=${jobId}`) }} /> },
        { key: 'history', label: words.history, children: <PrintHistory organisationId={organisationId} study={study} sought={search.get('job') ?? undefined} onAll={() => { navigate(`${path}?tab=history`) }} /> },
      ]} />
    </Page>
  )
}

import { ArrowLeftOutlined, MenuOutlined } from '@ant-design/icons'
import { live } from '@isocenter/api-client'
import { managementGroups, managementPages, managementPagesOf, type OwnMembership } from '@isocenter/contracts'
import { ColourChoice, Link, useLocation, useStore } from '@isocenter/design-system'
import { Alert, Button, Drawer } from 'antd'
import { useEffect, useState } from 'react'
import { useMembership, useSignedIn } from '../session/use-session.ts'
import { useShellWords } from '../words/index.ts'
import { Brand } from './brand.tsx'
import { entriesOf, managementIcons, ownEntries, personalCentreEntries, type OwnEntry } from './entries.ts'
import { NotificationBell } from './notification-bell.tsx'
import { OrganisationSwitch } from './organisation-switch.tsx'
import { OwnLanguage } from './own-language.tsx'
import { SessionEndWarning } from './session-end.tsx'
import { StepUp } from './step-up.tsx'
import { SwitchedElsewhere } from './switched-elsewhere.tsx'
import { UserMenu } from './user-menu.tsx'

const patienceMs = 5_000

/** What stands around every page: where one can go, for which organisation, as whom. */
export function Frame() {
  const words = useShellWords()
  const [isMenuOpen, setMenuOpen] = useState(false)
  const signedIn = useSignedIn()
  if (!signedIn) return null
  return (
    <>
      <a className="skip-link" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById('content')?.focus() }}>{words.skip}</a>
      <div className="frame-side"><div><Brand /><Navigation /></div></div>
      <header className="frame-top">
        <Button className="only-narrow" type="text" icon={<MenuOutlined aria-hidden />} aria-label={words.menu} onClick={() => { setMenuOpen(true) }} />
        <OrganisationSwitch memberships={signedIn.memberships} />
        <div className="frame-tools">
          <NotificationBell />
          <OwnLanguage account={signedIn.session.account} />
          <ColourChoice />
          <UserMenu session={signedIn.session} />
        </div>
      </header>
      <Disconnected />
      <SwitchedElsewhere />
      <SessionEndWarning />
      <StepUp />
      <Drawer open={isMenuOpen} placement="left" size={280} title={<Brand />} onClose={() => { setMenuOpen(false) }} styles={{ body: { padding: '12px 0' } }}>
        <Navigation onFollowed={() => { setMenuOpen(false) }} />
      </Drawer>
    </>
  )
}

/** Said when nothing live comes any more; not for a line that is up again at once. */
function Disconnected() {
  const { frame } = useShellWords()
  const isUp = useStore(live.isUp)
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => { setLate(!isUp) }, isUp ? 0 : patienceMs)
    return () => { clearTimeout(timer) }
  }, [isUp])
  return <div role="status" className="frame-notice">{isLate && <Alert type="warning" showIcon banner title={frame.disconnected} />}</div>
}

/** The pages of the organisation at hand that are open to who is signed in; elsewhere those of the own account. */
function Navigation({ onFollowed }: { readonly onFollowed?: () => void }) {
  const { frame } = useShellWords()
  const membership = useMembership()
  const { path } = useLocation()
  if (membership) {
    const base = `/o/${membership.organisation.organisationId}`
    if (/^\/o\/\d+\/admin(\/|$)/.test(path)) return <nav aria-label={frame.navigation}><ManagementLines membership={membership} onFollowed={onFollowed} /></nav>
    return <nav aria-label={frame.navigation}><Lines lines={entriesOf(membership).map(({ path, name, icon }) => ({ to: base + path, label: frame.places[name], icon }))} onFollowed={onFollowed} /></nav>
  }
  const own = (entries: typeof ownEntries) => entries.map(({ path, name, icon }) => ({ to: path, label: frame.own[name], icon }))
  return (
    <nav aria-label={frame.navigation}>
      <Lines lines={own(ownEntries)} onFollowed={onFollowed} />
      <p className="places-title" id="personal-centre-title">{frame.personalCentre}</p>
      <Lines lines={own(personalCentreEntries)} onFollowed={onFollowed} />
    </nav>
  )
}

/** Within management its pages take the place of the organisation's others. */
function ManagementLines({ membership: { organisation, permissions }, onFollowed }: { readonly membership: OwnMembership; readonly onFollowed: (() => void) | undefined }) {
  const { frame } = useShellWords()
  const base = `/o/${organisation.organisationId}`
  const open = managementPagesOf(permissions)
  return (
    <>
      <Lines lines={[{ to: `${base}/home`, label: frame.places.home, icon: ArrowLeftOutlined }]} onFollowed={onFollowed} />
      {managementGroups.map((group) => ({ group, pages: open.filter((page) => managementPages[page].group === group) })).filter(({ pages }) => pages.length > 0).map(({ group, pages }) => (
        <section key={group} aria-label={frame.managementGroups[group]}>
          <p className="places-title" aria-hidden>{frame.managementGroups[group]}</p>
          <Lines lines={pages.map((page) => ({ to: `${base}/admin/${page}`, label: frame.management[page], icon: managementIcons[page] }))} onFollowed={onFollowed} />
        </section>
      ))}
    </>
  )
}

interface Line { readonly to: string; readonly label: string; readonly icon: OwnEntry['icon'] }

function Lines({ lines, onFollowed }: { readonly lines: readonly Line[]; readonly onFollowed: (() => void) | undefined }) {
  const { path } = useLocation()
  return (
    <ul className="places">
      {lines.map(({ to, label, icon: Icon }) => (
        <li key={to}>
          <Link href={to} aria-current={path === to || path.startsWith(`${to}/`) ? 'page' : undefined} onClick={onFollowed}><Icon aria-hidden />{label}</Link>
        </li>
      ))}
    </ul>
  )
}

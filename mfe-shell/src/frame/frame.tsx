import { AppstoreOutlined, MenuOutlined } from '@ant-design/icons'
import { Link, useLocation } from '@isocenter/design-system'
import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { useMembership, useSignedIn } from '../session/use-session.ts'
import { useShellWords } from '../words/index.ts'
import { Brand } from './brand.tsx'
import { entriesOf } from './entries.ts'
import { OrganisationSwitch } from './organisation-switch.tsx'
import { ColourChoice, LanguageChoice } from './preferences.tsx'
import { UserMenu } from './user-menu.tsx'

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
          <LanguageChoice />
          <ColourChoice />
          <UserMenu session={signedIn.session} />
        </div>
      </header>
      <Drawer open={isMenuOpen} placement="left" size={280} title={<Brand />} onClose={() => { setMenuOpen(false) }} styles={{ body: { padding: '12px 0' } }}>
        <Navigation onFollowed={() => { setMenuOpen(false) }} />
      </Drawer>
    </>
  )
}

/** The pages of the organisation at hand that are open to who is signed in; elsewhere those of the own account. */
function Navigation({ onFollowed }: { readonly onFollowed?: () => void }) {
  const { frame } = useShellWords()
  const { path } = useLocation()
  const membership = useMembership()
  const base = membership && `/o/${membership.organisation.organisationId}`
  const lines = membership && base !== undefined
    ? entriesOf(membership).map((entry) => ({ to: base + entry.path, label: frame.places[entry.name], icon: entry.icon }))
    : [{ to: '/workbench', label: frame.workbench, icon: AppstoreOutlined }]
  return (
    <nav aria-label={frame.navigation}>
      <ul className="places">
        {lines.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link href={to} aria-current={path === to || path.startsWith(`${to}/`) ? 'page' : undefined} onClick={onFollowed}><Icon aria-hidden />{label}</Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

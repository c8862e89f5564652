import { LogoutOutlined, MenuOutlined } from '@ant-design/icons'
import { ColourChoice, LanguageChoice, Link, navigate, useAction, useLanguage, useLocation } from '@isocenter/design-system'
import { Alert, Badge, Button, Drawer, Tooltip } from 'antd'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { GatewayState } from '../../../src/control/wire/state.ts'
import { request } from '../api/client.ts'
import { connection } from '../api/live.ts'
import { useResource } from '../api/use-resource.ts'
import { places } from '../places.ts'
import { useConsoleWords } from '../words/index.ts'

/** What stands around every page: where one can go, language, colours, and whether the gateway still answers. */
export function Frame({ onSignedOut }: { readonly onSignedOut: () => void }) {
  const words = useConsoleWords()
  const { path } = useLocation()
  const [isMenuOpen, setMenuOpen] = useState(false)
  const isConnected = useSyncExternalStore(connection.subscribe, connection.isConnected)
  const { run, isBusy } = useAction()
  const main = useRef<HTMLElement>(null)
  const shown = useRef<string>(undefined)
  const place = places.find((one) => one.path === path)

  useEffect(() => { if (!place) navigate('/', { replace: true }) }, [place])
  // A screen reader is told of the new page, and the keyboard begins at its top; not at the first page, which nobody went to.
  useEffect(() => {
    if (shown.current !== undefined && shown.current !== path) {
      main.current?.focus({ preventScroll: true })
      scrollTo(0, 0)
    }
    shown.current = path
  }, [path])

  const signOut = () => void run(() => request('DELETE', '/session')).then((isOut) => { if (isOut) onSignedOut() })
  const Page = place?.page
  return (
    <div className="frame">
      <a className="skip-link" href="#content">{words.skip}</a>
      <div className="frame-side"><div><Brand /><PlaceLinks path={path} /></div></div>
      <header className="frame-top">
        <Button className="only-narrow" type="text" icon={<MenuOutlined aria-hidden />} aria-label={words.menu} onClick={() => { setMenuOpen(true) }} />
        <div>
          <LanguageChoice />
          <ColourChoice />
          <Tooltip title={words.signOut}><Button type="text" icon={<LogoutOutlined aria-hidden />} aria-label={words.signOut} loading={isBusy} onClick={signOut} /></Tooltip>
        </div>
      </header>
      <Drawer open={isMenuOpen} placement="left" size={280} title={words.product} onClose={() => { setMenuOpen(false) }} styles={{ body: { padding: '12px 0' } }}>
        <PlaceLinks path={path} onFollowed={() => { setMenuOpen(false) }} />
      </Drawer>
      <main className="frame-main" id="content" tabIndex={-1} ref={main}>
        <div role="status">{!isConnected && <Alert type="warning" showIcon title={words.disconnected} style={{ marginBottom: 16 }} />}</div>
        {Page && <Page />}
      </main>
    </div>
  )
}

function Brand() {
  const { product } = useConsoleWords()
  return (
    <div className="brand">
      <img src="/icon.svg" alt="" />
      <span>Isocenter<small>{product}</small></span>
    </div>
  )
}

/** The pages; those with something to see to say how much. */
function PlaceLinks({ path, onFollowed }: { readonly path: string; readonly onFollowed?: () => void }) {
  const words = useConsoleWords()
  const { formats } = useLanguage()
  const { value: state } = useResource<GatewayState>('/state', ['state'])
  const counts: Readonly<Record<string, number | undefined>> = { '/': state?.alarms.length, '/records': state?.queue.failed }
  return (
    <nav aria-label={words.menu}>
      <ul className="places">
        {places.map(({ path: to, name, icon: Icon }) => {
          const count = counts[to] ?? 0
          return (
            <li key={to}>
              <Link href={to} aria-current={to === path ? 'page' : undefined} onClick={onFollowed}>
                <Icon aria-hidden />{words.places[name]}{count > 0 && <span className="count"><Badge count={count} overflowCount={999} title={words.affected(formats.number(count))} /></span>}
              </Link>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}

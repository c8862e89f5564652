import { accounts, ownPreferences, personalCentre, session } from '@isocenter/api-client'
import { viewerLayouts, type AccountSettings, type Preferences, type PreferencesPatch } from '@isocenter/contracts'
import { colourModes, languageNames, languages, Loaded, Page, secondWindow, useAction, useColourMode, useLanguage, usePreferenceWords, useResource } from '@isocenter/design-system'
import { Card, Radio, Select, Switch } from 'antd'
import { useId, type ReactNode } from 'react'
import { BindingOffer } from '../parts/binding-offer.tsx'
import { useSignedIn } from '../session/use-session.ts'
import { useShellWords } from '../words/index.ts'

const api = personalCentre(session.api)

/** What holds on all devices of the account, and what in this browser alone (PC-08, WB-03). */
export function Settings() {
  const { settings: words } = useShellWords()
  const signedIn = useSignedIn()
  const preferences = useResource('preferences', (signal) => api.preferences(signal))
  if (!signedIn) return null
  return (
    <Page title={words.title}>
      <Card title={<h2 className="card-title">{words.account}</h2>}><AccountPart /></Card>
      <Loaded resource={preferences}>{(value) => (
        <Card title={<h2 className="card-title">{words.work}</h2>}><WorkPart preferences={value} onChanged={preferences.reload} /></Card>
      )}</Loaded>
      <Card title={<h2 className="card-title">{words.browser}</h2>}><BrowserPart /></Card>
    </Page>
  )
}

/** One choice with its words. */
function Setting({ title, hint, children }: { readonly title: string; readonly hint?: string; readonly children: (id: string) => ReactNode }) {
  const id = useId()
  return <div className="setting"><div><label htmlFor={id}><strong>{title}</strong></label>{hint !== undefined && <p>{hint}</p>}</div><div className="setting-control">{children(id)}</div></div>
}

function AccountPart() {
  const { settings: words, actions } = useShellWords()
  const { setLanguage } = useLanguage()
  const signedIn = useSignedIn()
  const { run, isBusy } = useAction()
  if (!signedIn) return null
  const { account } = signedIn.session
  const change = (body: AccountSettings) => run(async () => { await session.begin(await accounts(session.api).changeSettings(body)) }, { done: actions.saved })
  const zones = Intl.supportedValuesOf('timeZone')
  return (
    <>
      <Setting title={words.autoSignOut} hint={account.isAutoSignOutForced ? words.autoSignOutForced : words.autoSignOutHint}>{(id) => <Switch id={id} checked={account.autoSignOut} disabled={account.isAutoSignOutForced} loading={isBusy} onChange={(autoSignOut) => void change({ autoSignOut })} />}</Setting>
      <Setting title={words.messageLanguage} hint={words.messageLanguageHint}>{(id) => (
        <Select
          id={id} className="setting-select" {...(account.language !== undefined && { value: account.language })} placeholder={words.notChosen} options={languages.map((value) => ({ value, label: languageNames[value] }))}
          onChange={(value: string) => {
            const language = languages.find((one) => one === value)
            if (!language) return
            setLanguage(language)
            void change({ language })
          }}
        />
      )}</Setting>
      <Setting title={words.timeZone} hint={words.timeZoneHint}>{(id) => (
        <Select id={id} className="setting-select" showSearch {...(account.timeZone !== undefined && { value: account.timeZone })} placeholder={words.notChosen} options={zones.map((value) => ({ value, label: value }))} onChange={(timeZone: string) => void change({ timeZone })} />
      )}</Setting>
    </>
  )
}

function WorkPart({ preferences, onChanged }: { readonly preferences: Preferences; readonly onChanged: () => void }) {
  const { settings: words, actions } = useShellWords()
  const memberships = useSignedIn()?.memberships ?? []
  const { run, isBusy } = useAction()
  const change = async (body: PreferencesPatch) => {
    await run(() => api.changePreferences(body, preferences.version), { done: actions.saved })
    onChanged()
    await ownPreferences.refresh()
  }
  const landings = memberships.filter(({ organisation }) => organisation.kind === 'hospital' || organisation.kind === 'team')
  return (
    <>
      <Setting title={words.landing} hint={words.landingHint}>{(id) => (
        <Select
          id={id} className="setting-select" loading={isBusy} value={preferences.landing?.organisationId ?? ''} onChange={(landing: string) => void change({ landing })}
          options={[{ value: '', label: words.landingNone }, ...landings.map(({ organisation }) => ({ value: organisation.organisationId, label: organisation.name }))]}
        />
      )}</Setting>
      <Setting title={words.viewerLayout} hint={words.viewerLayoutHint}>{(id) => (
        <Select id={id} className="setting-select" value={preferences.viewerLayout} onChange={(viewerLayout: Preferences['viewerLayout']) => void change({ viewerLayout })} options={viewerLayouts.map((value) => ({ value, label: words.viewerLayouts[value] }))} />
      )}</Setting>
      <Setting title={words.dualScreen} hint={words.dualScreenHint}>{(id) => <Switch id={id} checked={preferences.dualScreen} loading={isBusy} onChange={(dualScreen) => {
        if (dualScreen) void secondWindow.askForScreens()
        void change({ dualScreen })
      }} />}</Setting>
      {preferences.shouldOfferBinding && (
        <div className="after-settings"><BindingOffer onPutOff={onChanged} /></div>
      )}
    </>
  )
}

function BrowserPart() {
  const { settings: words } = useShellWords()
  const { colours, colourModes: names, language: languageWord } = usePreferenceWords()
  const { mode, setMode } = useColourMode()
  const { language, setLanguage } = useLanguage()
  return (
    <>
      <Setting title={languageWord} hint={words.languageHint}>{(id) => <Radio.Group id={id} aria-label={languageWord} optionType="button" value={language} onChange={({ target }) => { setLanguage(languages.find((one) => one === target.value) ?? language) }} options={languages.map((value) => ({ value, label: languageNames[value] }))} />}</Setting>
      <Setting title={colours} hint={words.coloursHint}>{(id) => <Radio.Group id={id} aria-label={colours} optionType="button" value={mode} onChange={({ target }) => { setMode(colourModes.find((one) => one === target.value) ?? mode) }} options={colourModes.map((value) => ({ value, label: names[value] }))} />}</Setting>
    </>
  )
}

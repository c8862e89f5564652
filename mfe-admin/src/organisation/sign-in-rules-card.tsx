import { organisationRecord } from '@isocenter/api-client'
import type { SignInRules } from '@isocenter/contracts'
import { Loaded, useAction, useResource } from '@isocenter/design-system'
import { Card, InputNumber } from 'antd'
import { useId } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { SwitchSetting } from '../parts/switch-setting.tsx'
import { useCommonWords } from '../words/common.ts'
import { useOrganisationWords } from './words.ts'

/** What the organisation asks of how its people sign in (AUTH-17, AUTH-18, AUTH-22). */
export function SignInRulesCard() {
  const { signInRules: words } = useOrganisationWords()
  const { api } = useAdmin()
  const rules = useResource('sign-in-rules', (signal) => organisationRecord(api).signInRules(signal))
  return (
    <Card title={<h2 className="card-title">{words.title}</h2>}>
      <p className="hint">{words.hint}</p>
      <Loaded resource={rules} rows={3}>{(value) => <Rules rules={value} onChanged={rules.reload} />}</Loaded>
    </Card>
  )
}

function Rules({ rules, onChanged }: { readonly rules: SignInRules; readonly onChanged: () => void }) {
  const { signInRules: words } = useOrganisationWords()
  const common = useCommonWords()
  const { api } = useAdmin()
  const { run, isBusy } = useAction()
  const id = useId()
  const change = (patch: Partial<SignInRules>) => void run(() => organisationRecord(api).putSignInRules({ ...rules, ...patch }), { done: common.saved }).then(onChanged)
  const setLength = (text: string) => {
    const length = Number(text)
    if (Number.isInteger(length) && length >= 8 && length <= 24 && length !== rules.minPasswordLength) change({ minPasswordLength: length })
  }
  return (
    <>
      <div className="setting switch-setting">
        <div><label htmlFor={id}><strong>{words.length}</strong></label><p>{words.lengthHint}</p></div>
        <InputNumber
          key={rules.minPasswordLength}
          id={id}
          min={8}
          max={24}
          precision={0}
          defaultValue={rules.minPasswordLength}
          disabled={isBusy}
          onBlur={({ target }) => { setLength(target.value) }}
          onPressEnter={({ currentTarget }) => { setLength(currentTarget.value) }}
        />
      </div>
      <SwitchSetting title={words.others} hint={words.othersHint} isOn={rules.allowsOtherCharacters} isBusy={isBusy} onSwitch={(isOn) => { change({ allowsOtherCharacters: isOn }) }} />
      <SwitchSetting title={words.signOut} hint={words.signOutHint} isOn={rules.forcesAutoSignOut} isBusy={isBusy} onSwitch={(isOn) => { change({ forcesAutoSignOut: isOn }) }} />
      <SwitchSetting title={words.change} hint={words.changeHint} isOn={rules.forcesPasswordChange} isBusy={isBusy} onSwitch={(isOn) => { change({ forcesPasswordChange: isOn }) }} />
    </>
  )
}

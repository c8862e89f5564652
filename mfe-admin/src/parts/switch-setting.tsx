import { Switch } from 'antd'
import { useId } from 'react'

/** One thing that is on or off, with what it means; it counts as soon as it is switched. */
export function SwitchSetting({ title, hint, isOn, isDisabled = false, isBusy = false, onSwitch }: {
  readonly title: string
  readonly hint: string
  readonly isOn: boolean
  readonly isDisabled?: boolean
  readonly isBusy?: boolean
  readonly onSwitch: (isOn: boolean) => void
}) {
  const id = useId()
  return (
    <div className="setting switch-setting">
      <div><label htmlFor={id}><strong>{title}</strong></label><p>{hint}</p></div>
      <Switch id={id} checked={isOn} disabled={isDisabled} loading={isBusy} onChange={onSwitch} />
    </div>
  )
}

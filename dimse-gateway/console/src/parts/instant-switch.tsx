import { Switch } from 'antd'
import { useId } from 'react'

/** A switch that acts at once, with what it means before it. */
export function InstantSwitch({ label, hint, isOn, isBusy, onChange }: { readonly label: string; readonly hint: string; readonly isOn: boolean; readonly isBusy: boolean; readonly onChange: (isOn: boolean) => void }) {
  const id = useId()
  return (
    <div className="setting">
      <div><strong id={id}>{label}</strong><p id={`${id}-hint`}>{hint}</p></div>
      <Switch checked={isOn} loading={isBusy} onChange={onChange} aria-labelledby={id} aria-describedby={`${id}-hint`} />
    </div>
  )
}

import { DeleteOutlined, ProfileOutlined, SaveOutlined, StarFilled, StarOutlined } from '@ant-design/icons'
import type { SavedView } from '@isocenter/contracts'
import { FormDrawer, useConfirm } from '@isocenter/design-system'
import { Button, Checkbox, Form, Input, Popover } from 'antd'
import { useState } from 'react'
import type { SavedViews } from './use-saved-views.ts'
import { useStudyWords } from './words.ts'

interface ViewChooserProps {
  readonly saved: SavedViews
  readonly current: SavedView | undefined
  /** What is shown now. */
  readonly shown: Pick<SavedView, 'filters' | 'columns'>
  readonly onChoose: (view: SavedView) => void
}

/** Views of the list under their names: chosen, kept, begun with, forgotten. */
export function ViewChooser({ saved, current, shown, onChoose }: ViewChooserProps) {
  const { views: words } = useStudyWords()
  const confirm = useConfirm()
  const [isOpen, setOpen] = useState(false)
  const [isSaving, setSaving] = useState(false)
  if (saved.views === undefined) return null
  const remove = async ({ viewId, name }: SavedView) => { if (await confirm({ title: words.forget(name), hint: words.forgetHint, action: words.forgetAction })) await saved.remove(viewId) }
  const content = (
    <div className="view-choice">
      {saved.views.length === 0 ? <p className="hint">{words.none}</p> : (
        <ul>
          {saved.views.map((view) => (
            <li key={view.viewId}>
              <button type="button" className="study-name" aria-current={view.viewId === current?.viewId} onClick={() => { setOpen(false); onChoose(view) }}>{view.name}</button>
              <Button type="text" size="small" icon={view.isDefault ? <StarFilled aria-hidden /> : <StarOutlined aria-hidden />} aria-pressed={view.isDefault} aria-label={words.beginWith(view.name)} title={words.beginWith(view.name)} loading={saved.isBusy}
                onClick={() => void saved.replace(view.viewId, { name: view.name, filters: view.filters, ...(view.columns && { columns: view.columns }), isDefault: !view.isDefault })} />
              <Button type="text" size="small" danger icon={<DeleteOutlined aria-hidden />} aria-label={words.forget(view.name)} title={words.forgetAction} onClick={() => void remove(view)} />
            </li>
          ))}
        </ul>
      )}
      <div className="row-actions">
        <Button size="small" icon={<SaveOutlined aria-hidden />} onClick={() => { setOpen(false); setSaving(true) }}>{words.save}</Button>
        {current && <Button size="small" onClick={() => { setOpen(false); void saved.replace(current.viewId, { name: current.name, isDefault: current.isDefault, ...shown }) }}>{words.update(current.name)}</Button>}
      </div>
    </div>
  )
  return (
    <>
      <Popover trigger="click" placement="bottomRight" title={words.title} content={content} open={isOpen} onOpenChange={setOpen}><Button icon={<ProfileOutlined aria-hidden />}>{current?.name ?? words.title}</Button></Popover>
      {isSaving && (
        <FormDrawer<{ name: string; isDefault?: boolean }> title={words.save} initialValues={{}} onClose={() => { setSaving(false) }} problemFields={{ 'view-name-taken': 'name' }} onSubmit={async ({ name, isDefault }) => { onChoose(await saved.save({ name: name.trim(), isDefault: isDefault === true, ...shown })) }}>
          <p className="hint">{words.saveHint}</p>
          <Form.Item name="name" label={words.name} rules={[{ required: true, whitespace: true, message: words.nameMissing }]}><Input maxLength={60} /></Form.Item>
          <Form.Item name="isDefault" valuePropName="checked"><Checkbox>{words.isDefault}</Checkbox></Form.Item>
        </FormDrawer>
      )}
    </>
  )
}

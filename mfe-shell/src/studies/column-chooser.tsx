import { ControlOutlined } from '@ant-design/icons'
import { Button, Checkbox, Popover } from 'antd'
import type { ShownColumns } from './use-columns.ts'
import { useStudyWords } from './words.ts'

/** Shows hidden columns and hides others (LIST-02). */
export function ColumnChooser({ shown, choosable, show, reset }: ShownColumns) {
  const words = useStudyWords()
  const content = (
    <div className="column-choice">
      <Checkbox.Group value={shown.map(({ name }) => name)} options={choosable.map(({ name }) => ({ value: name, label: words.columns[name] }))} onChange={(names) => { show(names) }} />
      <Button size="small" onClick={reset}>{words.defaultColumns}</Button>
    </div>
  )
  return <Popover trigger="click" placement="bottomRight" content={content} title={words.chooseColumns}><Button icon={<ControlOutlined aria-hidden />}>{words.chooseColumns}</Button></Popover>
}

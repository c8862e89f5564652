import { Form, Switch } from 'antd'

/** A switch with what it means beside it, in a form. */
export function SwitchField({ name, label, hint }: { readonly name: string | string[]; readonly label: string; readonly hint?: string }) {
  return <Form.Item name={name} label={label} valuePropName="checked" {...(hint !== undefined && { extra: hint })}><Switch /></Form.Item>
}

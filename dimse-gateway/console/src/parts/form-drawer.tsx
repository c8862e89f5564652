import { App, Button, Drawer, Flex, Form, type FormInstance } from 'antd'
import { useId, type ReactNode } from 'react'
import { useAction } from '../api/use-action.ts'
import { useConsoleWords } from '../words/index.ts'

export interface FormDrawerProps<Values extends object> {
  readonly title: string
  readonly initialValues: Partial<Values>
  readonly onClose: () => void
  /** Does what the form is for; the drawer closes then, unless it answers false. */
  readonly onSubmit: (values: Values) => Promise<boolean | void>
  readonly submitText?: string
  readonly children: ReactNode | ((form: FormInstance<Values>) => ReactNode)
}

/** A form over the page; shown as long as it is there. */
export function FormDrawer<Values extends object>({ title, initialValues, onClose, onSubmit, submitText, children }: FormDrawerProps<Values>) {
  const { actions, saved } = useConsoleWords()
  const id = useId()
  const [form] = Form.useForm<Values>()
  const { run, isBusy } = useAction()
  const { message } = App.useApp()
  const submit = async (values: Values) => {
    let isDone = false
    const went = await run(async () => { isDone = await onSubmit(values) !== false })
    if (!went || !isDone) return
    void message.success(saved)
    onClose()
  }
  return (
    <Drawer
      open
      title={title}
      size={480}
      onClose={onClose}
      footer={
        <Flex justify="end" gap="small">
          <Button onClick={onClose}>{actions.cancel}</Button>
          <Button type="primary" htmlType="submit" form={id} loading={isBusy}>{submitText ?? actions.save}</Button>
        </Flex>
      }
    >
      <Form<Values>
        // The button that submits it, by click or by Enter, stands in the drawer's footer.
        id={id}
        form={form}
        layout="vertical"
        requiredMark="optional"
        // Every form has the drawer's own copy of what it shows: somebody else's change does not take away what is being typed.
        initialValues={initialValues}
        scrollToFirstError={{ focus: true }}
        onFinish={(values) => void submit(values)}
      >
        {typeof children === 'function' ? children(form) : children}
      </Form>
    </Drawer>
  )
}

/** The members that were filled in: an emptied field means "not set". */
export function withoutEmpty<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0))) as Values
}

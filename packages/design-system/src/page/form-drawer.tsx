import { App, Button, Drawer, Flex, Form, type FormInstance } from 'antd'
import { useId, useState, type ReactNode } from 'react'
import { useWords, type Translations } from '../language.tsx'
import { isProblem } from '../problems/problem-like.ts'
import { useProblemText } from '../problems/problem-text.tsx'
import { useAction } from '../use-action.ts'
import { useLeaveQuestion, useUnsaved } from '../use-unsaved.ts'

const en = { cancel: 'Cancel', save: 'Save', saved: 'Saved' }
const words: Translations<typeof en> = { en, 'zh-CN': { cancel: '取消', save: '保存', saved: '已保存' } }

export interface FormDrawerProps<Values extends object> {
  readonly title: string
  readonly initialValues: Partial<Values>
  readonly onClose: () => void
  /** Does what the form is for; the drawer closes then, unless it answers false. */
  readonly onSubmit: (values: Values) => Promise<boolean | void>
  readonly submitText?: string
  /** Said when it is done; nothing is where it is empty. */
  readonly doneText?: string
  /** What it does cannot be taken back, or takes something away. */
  readonly isDangerous?: boolean
  readonly width?: number
  /** Nothing has to be filled in, which every field need not say. */
  readonly isAllOptional?: boolean
  /** Fields that kinds of problems are about, by the last part of their type: they are said there. */
  readonly problemFields?: Readonly<Record<string, string>>
  readonly children: ReactNode | ((form: FormInstance<Values>) => ReactNode)
}

/** A form over the page; shown as long as it is there. */
export function FormDrawer<Values extends object>({
  title, initialValues, onClose, onSubmit, submitText, doneText, isDangerous = false, isAllOptional = false, width = 480, problemFields = {},
  children,
}: FormDrawerProps<Values>) {
  const { cancel, save, saved } = useWords(words)
  const id = useId()
  const [form] = Form.useForm<Values>()
  const { run, isBusy } = useAction()
  const problemText = useProblemText()
  const { message } = App.useApp()
  const [isTyped, setTyped] = useState(false)
  // What is being sent is no longer lost by leaving, and sending may lead elsewhere by itself.
  useUnsaved(isTyped && !isBusy)
  const mayClose = useLeaveQuestion()
  // The button says that it gives up what was typed; Escape, the cross and a click beside the drawer happen by accident.
  const closeBesides = async () => { if (!isTyped || await mayClose()) onClose() }
  const submit = async (values: Values) => {
    let isDone = false
    const went = await run(async () => {
      try {
        isDone = await onSubmit(values) !== false
      } catch (error) {
        const field = isProblem(error) ? problemFields[error.code] : undefined
        if (isProblem(error) && field !== undefined) {
          // Names of fields are those of Values, which a generic component cannot check.
          const untyped = form as unknown as FormInstance<Record<string, unknown>>
          untyped.setFields([{ name: field, errors: [problemText(error)] }])
          untyped.focusField(field)
        }
        throw error
      }
    })
    if (went) setTyped(false)
    if (!went || !isDone) return
    if (doneText !== '') void message.success(doneText ?? saved)
    onClose()
  }
  return (
    <Drawer
      open
      title={title}
      size={width}
      onClose={() => void closeBesides()}
      // Who came by keyboard goes on typing: the drawer itself would take the focus.
      afterOpenChange={(isOpen) => { if (isOpen) firstFieldOf(id)?.focus() }}
      footer={
        <Flex justify="end" gap="small">
          <Button onClick={onClose}>{cancel}</Button>
          <Button type="primary" danger={isDangerous} htmlType="submit" form={id} loading={isBusy}>{submitText ?? save}</Button>
        </Flex>
      }
    >
      <Form<Values>
        // The button that submits it, by click or by Enter, stands in the drawer's footer.
        id={id}
        form={form}
        layout="vertical"
        requiredMark={isAllOptional ? false : 'optional'}
        // Every form has the drawer's own copy of what it shows: somebody else's change does not take away what is being typed.
        initialValues={initialValues}
        scrollToFirstError={{ focus: true }}
        onValuesChange={() => { setTyped(true) }}
        onFinish={(values) => void submit(values)}
      >
        {typeof children === 'function' ? children(form) : children}
      </Form>
    </Drawer>
  )
}

/** What is filled in first, in the form with this id. */
const firstFieldOf = (id: string): HTMLElement | null | undefined => document.getElementById(id)?.querySelector<HTMLElement>(
  'input:not([type="hidden"], [type="file"], :disabled), textarea:not(:disabled), button[role="switch"]:not(:disabled)',
)

/** The members that were filled in: an emptied field means "not set". */
export function withoutEmpty<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0))) as Values
}

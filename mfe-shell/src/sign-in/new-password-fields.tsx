import { CheckCircleFilled, MinusCircleOutlined } from '@ant-design/icons'
import { session } from '@isocenter/api-client'
import { passwordMistakesIn, standardPasswordPolicy, type PasswordMistake } from '@isocenter/contracts'
import { useStore } from '@isocenter/design-system'
import { Form, Input } from 'antd'
import { useShellWords } from '../words/index.ts'

/** A new password, twice; what it must have is ticked off while it is typed. The form's values get `newPassword` and `again`. */
export function NewPasswordFields({ refused = [] }: { readonly refused?: readonly PasswordMistake[] }) {
  const { signIn: { setPassword: words, rules, usedBefore } } = useShellWords()
  const state = useStore(session)
  // Who has forgotten the password is not known yet: the server says what his organisations ask beside.
  const policy = 'session' in state ? state.session.passwordPolicy : standardPasswordPolicy
  const typed = Form.useWatch<string | undefined>('newPassword') ?? ''
  const mistakes = new Set(typed === '' ? (['tooShort', 'needsUpperCase', 'needsLowerCase', 'needsDigit', 'needsSymbol'] as const) : passwordMistakesIn(typed, policy))
  const list: readonly (readonly [string, boolean])[] = [
    [rules.length(policy.minLength, policy.maxLength), !mistakes.has('tooShort') && !mistakes.has('tooLong')],
    [rules.upper, !mistakes.has('needsUpperCase')],
    [rules.lower, !mistakes.has('needsLowerCase')],
    [rules.digit, !mistakes.has('needsDigit')],
    [rules.symbol([...policy.symbols].join(' ')), !mistakes.has('needsSymbol')],
    ...(policy.allowsOtherCharacters ? [] : [[rules.others, typed !== '' && !mistakes.has('otherCharacter')] as const]),
  ]
  return (
    <>
      <Form.Item
        name="newPassword"
        label={words.password}
        {...(refused.includes('usedBefore') && { validateStatus: 'error', help: usedBefore })}
        rules={[{ validator: (_rule, value: string = '') => (passwordMistakesIn(value, policy).length === 0 ? Promise.resolve() : Promise.reject(new Error(rules.title))) }]}
        validateTrigger="onBlur"
      >
        <Input.Password autoComplete="new-password" maxLength={200} aria-describedby="password-rules" />
      </Form.Item>
      <div id="password-rules">
        <p className="only-read">{rules.title}</p>
        <ul className="password-rules">
          {list.map(([rule, isMet]) => (
            <li key={rule} className={isMet ? 'is-met' : undefined}>{isMet ? <CheckCircleFilled aria-hidden /> : <MinusCircleOutlined aria-hidden />}{rule}<span className="only-read"> ({isMet ? rules.met : rules.open})</span></li>
          ))}
        </ul>
      </div>
      <Form.Item
        name="again"
        label={words.again}
        dependencies={['newPassword']}
        rules={[({ getFieldValue }) => ({ validator: (_rule, value: string = '') => (value === (getFieldValue('newPassword') ?? '') ? Promise.resolve() : Promise.reject(new Error(words.differs))) })]}
        validateTrigger="onBlur"
      >
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
    </>
  )
}

/** Why the server has not taken a password, where that is what a problem says. */
export const mistakesOf = (problem: { readonly code: string; readonly members?: Readonly<Record<string, unknown>> } | undefined): readonly PasswordMistake[] =>
  problem?.code === 'password-refused' && Array.isArray(problem.members?.['reasons']) ? problem.members['reasons'] as PasswordMistake[] : []

/** What messages say, in the languages of the product. */
import type { Text } from './channel.ts'

/** What is told, by kind of message. */
export interface MessageValues {
  readonly 'password-reset-code': { readonly code: string; readonly minutes: number }
  readonly 'password-changed': Readonly<Record<never, never>>
  readonly 'phone-binding-code': { readonly code: string; readonly minutes: number }
  readonly 'invitation-code': { readonly organisation: string; readonly code: string; readonly days: number }
  readonly 'contact-proof-code': { readonly code: string; readonly minutes: number }
  readonly 'contact-changed': { readonly contact: 'phone' | 'email' }
}
export type MessageKind = keyof MessageValues

export type Language = 'zh-CN' | 'en'

type Texts = { readonly [Kind in MessageKind]: (values: MessageValues[Kind]) => Text }

const texts: Readonly<Record<Language, Texts>> = {
  'zh-CN': {
    'password-reset-code': ({ code, minutes }) => ({ subject: '重置密码验证码', body: `您的验证码是 ${code}，${String(minutes)} 分钟内有效。请勿告诉任何人。如非本人操作，请忽略本消息。` }),
    'password-changed': () => ({ subject: '密码已重置', body: '您的账号密码已重置，所有设备均已退出登录。如非本人操作，请立即联系管理员。' }),
    'phone-binding-code': ({ code, minutes }) => ({ subject: '首次登录验证码', body: `您的验证码是 ${code}，${String(minutes)} 分钟内有效，用于首次登录并设置密码。请勿告诉任何人。如非本人操作，请忽略本消息。` }),
    'invitation-code': ({ organisation, code, days }) => ({ subject: '邀请接受码', body: `${organisation} 邀请您加入。接受邀请时请输入接受码 ${code}，${String(days)} 天内有效。请勿告诉任何人。` }),
    'contact-proof-code': ({ code, minutes }) => ({ subject: '验证码', body: `您的验证码是 ${code}，${String(minutes)} 分钟内有效，用于将此号码或邮箱绑定到您的账号。请勿告诉任何人。如非本人操作，请忽略本消息。` }),
    'contact-changed': ({ contact }) => (contact === 'phone'
      ? { subject: '登录手机号已更改', body: '您账号的登录手机号已更改，此前的号码不再可用。如非本人操作，请立即联系管理员。' }
      : { subject: '邮箱已更改', body: '您账号的邮箱已更改或移除。如非本人操作，请立即联系管理员。' }),
  },
  en: {
    'password-reset-code': ({ code, minutes }) => ({
      subject: 'Code to reset your password',
      body: `Your code is ${code}. It is good for ${String(minutes)} minutes. Tell it to nobody. If you did not ask for it, ignore this message.`,
    }),
    'password-changed': () => ({
      subject: 'Your password has been reset',
      body: 'The password of your account has been reset and you have been signed out everywhere. If this was not you, tell your administrator at once.',
    }),
    'phone-binding-code': ({ code, minutes }) => ({
      subject: 'Your first sign-in',
      body: `Your code is ${code}. It is good for ${String(minutes)} minutes, to sign in for the first time and set your password. Tell it to nobody. If you did not ask for it, ignore this message.`,
    }),
    'invitation-code': ({ organisation, code, days }) => ({
      subject: 'Code to accept an invitation',
      body: `${organisation} invites you to join. Enter the code ${code} when you accept. It is good for ${String(days)} days. Tell it to nobody.`,
    }),
    'contact-proof-code': ({ code, minutes }) => ({
      subject: 'Your code',
      body: `Your code is ${code}. It is good for ${String(minutes)} minutes and binds this number or address to your account. Tell it to nobody. If you did not ask for it, ignore this message.`,
    }),
    'contact-changed': ({ contact }) => (contact === 'phone'
      ? { subject: 'Your phone number has been changed', body: 'You sign in with another phone number from now on; the one before is no longer good for it. If this was not you, tell your administrator at once.' }
      : { subject: 'Your e-mail address has been changed', body: 'The e-mail address of your account has been changed or removed. If this was not you, tell your administrator at once.' }),
  },
}

/** What a message says to who reads this language; Chinese where it is not known. */
export function textOf<Kind extends MessageKind>(kind: Kind, values: MessageValues[Kind], language: string | undefined): Text {
  const spoken = language === 'en' ? 'en' : 'zh-CN'
  return { ...texts[spoken][kind](values), template: { name: kind, language: spoken, parameters: values } }
}

export const isMessageKind = (kind: string): kind is MessageKind => Object.hasOwn(texts.en, kind)

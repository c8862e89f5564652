/** What events and to-dos say, in the languages of the product. Details name organisations, people of the staff and things; nothing of a patient is ever among them. */
import { gatewayAlarmWords, type NotificationEvent, type TodoKind } from '@isocenter/contracts'
import type { Language } from './texts.ts'

interface Nothing { readonly [name: string]: never }
interface Organisation { readonly organisation: string }
interface Gateway extends Organisation { readonly gateway: string }
interface Other extends Organisation { readonly other: string }

/** What is told of each event. */
export interface EventDetails {
  readonly 'account.frozen': Nothing
  readonly 'account.unfrozen': Nothing
  readonly 'account.password-changed': Nothing
  readonly 'account.second-factor-changed': { readonly isOn: boolean }
  readonly 'account.password-reset': Nothing
  readonly 'account.linked': Organisation
  readonly 'account.unlinked': Organisation
  readonly 'invitation.received': Organisation & { readonly days: number }
  readonly 'invitation.accepted': Organisation & { readonly person: string }
  readonly 'invitation.declined': Organisation & { readonly person: string }
  readonly 'membership.role-changed': Organisation & { readonly role: string }
  readonly 'membership.suspended': Organisation
  readonly 'membership.reinstated': Organisation
  readonly 'membership.removed': Organisation
  readonly 'role.changed': Organisation & { readonly role: string }
  readonly 'member.account-frozen': Organisation & { readonly person: string }
  readonly 'pairing.requested': Other
  readonly 'pairing.agreed': Other
  readonly 'pairing.declined': Other
  readonly 'pairing.ended': Other
  readonly 'pairing.order-taking-on': Other
  readonly 'pairing.order-taking-off': Other
  readonly 'credential.submitted': Organisation & { readonly person: string }
  readonly 'credential.verified': Nothing
  readonly 'credential.refused': Nothing
  readonly 'study.shared': Organisation & { readonly person: string }
  readonly 'study.held-apart': Nothing
  readonly 'gateway.enrolled': Gateway
  readonly 'gateway.revoked': Gateway
  /** code: of several, with commas between them */
  readonly 'gateway.alarm': Gateway & { readonly code: string }
  readonly 'gateway.offline': Gateway
  readonly 'gateway.online': Gateway
  readonly 'upload-code.rotated': Organisation
  readonly 'api-key.created': Organisation & { readonly name: string }
  readonly 'api-key.expiring': Organisation & { readonly name: string; readonly days: number }
  readonly 'download.ready': { readonly hours: number }
  readonly 'download.failed': Nothing
  readonly 'notification.test': { readonly about: NotificationEvent }
  readonly 'delivery.failed': Organisation & { readonly method: string }
}

export interface TodoDetails {
  readonly 'invitation.answer': Organisation
  readonly 'pairing.answer': Other
  readonly 'credential.verify': { readonly person: string }
}

/** A line, and what is under it; body may be empty. */
export interface Words {
  readonly title: string
  readonly body: string
}

interface EventWords<Details> {
  /** The event as rules list it. */
  readonly name: string
  readonly say: (details: Details) => Words
}

type EventTexts = { readonly [Event in NotificationEvent]: EventWords<EventDetails[Event]> }
type TodoTexts = { readonly [Kind in TodoKind]: (details: TodoDetails[Kind]) => Words }

const event = <Details>(name: string, title: (details: Details) => string, body: (details: Details) => string = () => ''): EventWords<Details> =>
  ({ name, say: (details) => ({ title: title(details), body: body(details) }) })

/** Alarms as the gateway's own console words them. Several that nobody has words for are one. */
const alarmsOf = (codes: string, language: Language) => [...new Set(codes.split(', ').map((code) => gatewayAlarmWords(language, code)))]

const eventTexts: Readonly<Record<Language, EventTexts>> = {
  'zh-CN': {
    'account.frozen': event('账号被冻结', () => '您的账号已被冻结', () => '今天密码输错次数过多。管理员可为您解冻，次日自动解冻。如非本人操作，请立即联系管理员。'),
    'account.unfrozen': event('账号已解冻', () => '您的账号已解冻', () => '现在可以重新登录。'),
    'account.password-changed': event('密码已修改', () => '您的密码已修改', () => '其他设备均已退出登录。如非本人操作，请立即联系管理员。'),
    'account.second-factor-changed': event('二次验证变更', ({ isOn }) => (isOn ? '二次验证已开启' : '二次验证已关闭'), () => '如非本人操作，请立即联系管理员。'),
    'account.password-reset': event('密码已重置', () => '您的密码已通过验证码重置', () => '所有设备均已退出登录。如非本人操作，请立即联系管理员。'),
    'account.linked': event('账号已绑定外部登录', ({ organisation }) => `您的账号已绑定${organisation}的登录服务`, () => '此后可通过该服务登录。如非本人操作，请立即解除绑定并联系管理员。'),
    'account.unlinked': event('账号已解除外部登录', ({ organisation }) => `您的账号已与${organisation}的登录服务解除绑定`, () => '如非本人操作，请联系管理员。'),
    'invitation.received': event('收到加入邀请', ({ organisation }) => `${organisation}邀请您加入`, ({ organisation, days }) => `${organisation}邀请您成为其成员。请登录后在工作台中同意或拒绝，${String(days)} 天内有效。`),
    'invitation.accepted': event('邀请被接受', ({ person, organisation }) => `${person}已加入${organisation}`),
    'invitation.declined': event('邀请被拒绝', ({ person, organisation }) => `${person}拒绝加入${organisation}`),
    'membership.role-changed': event('角色变更', ({ organisation, role }) => `您在${organisation}的角色已变更为${role}`),
    'membership.suspended': event('成员被停用', ({ organisation }) => `您在${organisation}的成员资格已停用`, () => '如有疑问，请联系该机构管理员。'),
    'membership.reinstated': event('成员恢复启用', ({ organisation }) => `您在${organisation}的成员资格已恢复`),
    'membership.removed': event('成员被移除', ({ organisation }) => `您已不再是${organisation}的成员`, () => '如有疑问，请联系该机构管理员。'),
    'role.changed': event('角色权限变更', ({ role }) => `角色“${role}”的权限已变更`),
    'member.account-frozen': event('成员账号被冻结', ({ person }) => `${person}的账号已被冻结`, () => '可在冻结账号列表中解冻。'),
    'pairing.requested': event('收到对接邀请', ({ other }) => `${other}请求与贵团队对接`, ({ organisation }) => `请在${organisation}的对接管理中同意或拒绝。`),
    'pairing.agreed': event('对接已同意', ({ other }) => `${other}已同意对接`, () => '现在可以向该团队提交诊断申请。'),
    'pairing.declined': event('对接被拒绝', ({ other }) => `${other}拒绝了对接邀请`),
    'pairing.ended': event('对接已解除', ({ other }) => `${other}已解除对接`, () => '不会再收到该医院的新申请。'),
    'pairing.order-taking-on': event('开始接单', ({ other }) => `${other}已开始接单`),
    'pairing.order-taking-off': event('暂停接单', ({ other }) => `${other}已暂停接单`, () => '暂时无法向该团队提交新申请。'),
    'credential.submitted': event('资质待审核', ({ person }) => `${person}提交了资质证件`, () => '请审核。'),
    'credential.verified': event('资质审核通过', () => '您的资质证件已审核通过'),
    'credential.refused': event('资质审核未通过', () => '您的资质证件未通过审核', () => '请在个人中心查看原因并重新提交。'),
    'study.shared': event('同事分享检查', ({ person }) => `${person}向您分享了一项检查`, ({ organisation }) => `请在${organisation}的检查列表中查看。`),
    'study.held-apart': event('影像被隔离', () => '有影像因患者不一致被隔离', () => '检查中已有其他患者的影像，请决定归入该检查或删除。'),
    'gateway.enrolled': event('网关接入', ({ gateway }) => `网关“${gateway}”已接入`, ({ organisation }) => `如非${organisation}安装，请立即吊销。`),
    'gateway.revoked': event('网关吊销', ({ gateway }) => `网关“${gateway}”已吊销`),
    'gateway.alarm': event('网关告警', ({ gateway, code }) => `网关“${gateway}”：${alarmsOf(code, 'zh-CN').map(({ title }) => title).join('；')}`, ({ code }) => alarmsOf(code, 'zh-CN').map(({ advice }) => advice).join(' ')),
    'gateway.offline': event('网关离线', ({ gateway }) => `网关“${gateway}”已离线`, () => '影像可能无法上传，请检查网关与网络。'),
    'gateway.online': event('网关恢复在线', ({ gateway }) => `网关“${gateway}”已恢复在线`),
    'upload-code.rotated': event('上传码更换', ({ organisation }) => `${organisation}的上传码已更换`, () => '旧上传码不能再用于接入网关。'),
    'api-key.created': event('新建 API 密钥', ({ name }) => `已创建 API 密钥“${name}”`, () => '如非本机构操作，请立即吊销。'),
    'api-key.expiring': event('API 密钥即将过期', ({ name, days }) => `API 密钥“${name}”将在 ${String(days)} 天内过期`),
    'download.ready': event('下载已就绪', () => '您的下载文件已生成', ({ hours }) => `文件保留 ${String(hours)} 小时，请在下载列表中取走。`),
    'download.failed': event('下载失败', () => '您的下载文件未能生成', () => '原因见下载列表，可在其中重试。'),
    'notification.test': event('测试消息', ({ about }) => `测试：${eventName(about, 'zh-CN')}`, () => '这是一条测试消息。'),
    'delivery.failed': event('消息发送失败', () => '有消息未能送达', ({ method }) => `渠道：${method}。请在通知管理中查看。`),
  },
  en: {
    'account.frozen': event('Account frozen', () => 'Your account has been frozen', () =>
      'There were too many wrong passwords today. An administrator can release it; tomorrow it is released by itself. If this was not you, tell your administrator at once.'),
    'account.unfrozen': event('Account released', () => 'Your account has been released', () => 'You can sign in again.'),
    'account.password-changed': event('Password changed', () => 'Your password has been changed', () => 'You have been signed out everywhere else. If this was not you, tell your administrator at once.'),
    'account.second-factor-changed': event(
      'Second factor changed',
      ({ isOn }) => (isOn ? 'Your second factor has been set up' : 'Your second factor has been removed'),
      () => 'If this was not you, tell your administrator at once.',
    ),
    'account.password-reset': event('Password reset', () => 'Your password has been reset by a code', () => 'You have been signed out everywhere. If this was not you, tell your administrator at once.'),
    'account.linked': event(
      'Account linked',
      ({ organisation }) => `Your account is linked to the sign-in of ${organisation}`,
      () => 'It can be signed in that way now. If this was not you, end the link and tell your administrator at once.',
    ),
    'account.unlinked': event('Account unlinked', ({ organisation }) => `Your account is no longer linked to the sign-in of ${organisation}`, () => 'If this was not you, tell your administrator.'),
    'invitation.received': event(
      'Invitation received',
      ({ organisation }) => `${organisation} invites you to join`,
      ({ organisation, days }) => `${organisation} invites you to become a member. Sign in and answer at your workbench within ${String(days)} days.`,
    ),
    'invitation.accepted': event('Invitation accepted', ({ person, organisation }) => `${person} has joined ${organisation}`),
    'invitation.declined': event('Invitation declined', ({ person, organisation }) => `${person} has declined to join ${organisation}`),
    'membership.role-changed': event('Role changed', ({ organisation, role }) => `Your role in ${organisation} is now ${role}`),
    'membership.suspended': event('Member suspended', ({ organisation }) => `Your membership of ${organisation} is suspended`, () => 'Ask the administrator of the organisation.'),
    'membership.reinstated': event('Member reinstated', ({ organisation }) => `Your membership of ${organisation} is in force again`),
    'membership.removed': event('Member removed', ({ organisation }) => `You are no longer a member of ${organisation}`, () => 'Ask the administrator of the organisation.'),
    'role.changed': event('Permissions of a role changed', ({ role }) => `The permissions of the role “${role}” have changed`),
    'member.account-frozen': event("Member's account frozen", ({ person }) => `The account of ${person} has been frozen`, () => 'It can be released in the list of frozen accounts.'),
    'pairing.requested': event('Pairing requested', ({ other }) => `${other} asks to be paired with your team`, ({ organisation }) => `Agree or decline in the pairings of ${organisation}.`),
    'pairing.agreed': event('Pairing agreed', ({ other }) => `${other} has agreed to the pairing`, () => 'Diagnoses can now be requested from this team.'),
    'pairing.declined': event('Pairing declined', ({ other }) => `${other} has declined the pairing`),
    'pairing.ended': event('Pairing ended', ({ other }) => `${other} has ended the pairing`, () => 'No new requests will come from this hospital.'),
    'pairing.order-taking-on': event('Requests taken', ({ other }) => `${other} takes requests`),
    'pairing.order-taking-off': event('Requests not taken', ({ other }) => `${other} takes no requests for now`, () => 'New requests cannot be sent to this team.'),
    'credential.submitted': event('Credential to verify', ({ person }) => `${person} has submitted a credential`, () => 'It waits to be verified.'),
    'credential.verified': event('Credential verified', () => 'Your credential has been verified'),
    'credential.refused': event('Credential refused', () => 'Your credential has not been accepted', () => 'See the reason in your personal centre and submit it again.'),
    'study.shared': event('A colleague has shared a study', ({ person }) => `${person} has shared a study with you`, ({ organisation }) => `Open it in the study list of ${organisation}.`),
    'study.held-apart': event('Images held apart', () => 'Images that came for a study of another patient are held apart', () => 'Decide whether they go into the study or are deleted.'),
    'gateway.enrolled': event('Gateway enrolled', ({ gateway }) => `The gateway “${gateway}” has been enrolled`, ({ organisation }) => `If ${organisation} has not installed it, revoke it at once.`),
    'gateway.revoked': event('Gateway revoked', ({ gateway }) => `The gateway “${gateway}” has been revoked`),
    'gateway.alarm': event(
      'Gateway alarm',
      ({ gateway, code }) => `Gateway “${gateway}”: ${alarmsOf(code, 'en').map(({ title }) => title).join('; ')}`,
      ({ code }) => alarmsOf(code, 'en').map(({ advice }) => advice).join(' '),
    ),
    'gateway.offline': event('Gateway offline', ({ gateway }) => `The gateway “${gateway}” is offline`, () => 'Images may not be arriving. Check the gateway and its network.'),
    'gateway.online': event('Gateway online again', ({ gateway }) => `The gateway “${gateway}” is online again`),
    'upload-code.rotated': event('Upload code changed', ({ organisation }) => `The upload code of ${organisation} has changed`, () => 'The old one enrols no gateways any more.'),
    'api-key.created': event('API key created', ({ name }) => `The API key “${name}” has been created`, () => 'If your organisation has not done this, revoke it at once.'),
    'api-key.expiring': event('API key expiring', ({ name, days }) => `The API key “${name}” expires within ${String(days)} days`),
    'download.ready': event('Download ready', () => 'Your download is ready', ({ hours }) => `The file is kept for ${String(hours)} hours. Fetch it from your downloads.`),
    'download.failed': event('Download failed', () => 'Your download could not be made', () => 'See the reason in your downloads, and try again there.'),
    'notification.test': event('Test message', ({ about }) => `Test: ${eventName(about, 'en')}`, () => 'This is a test message.'),
    'delivery.failed': event('Message not delivered', () => 'A message could not be delivered', ({ method }) => `Channel: ${method}. See the notification management.`),
  },
}

const todoTexts: Readonly<Record<Language, TodoTexts>> = {
  'zh-CN': {
    'invitation.answer': ({ organisation }) => ({ title: `答复${organisation}的加入邀请`, body: '' }),
    'pairing.answer': ({ other }) => ({ title: `答复${other}的对接邀请`, body: '' }),
    'credential.verify': ({ person }) => ({ title: `审核${person}的资质证件`, body: '' }),
  },
  en: {
    'invitation.answer': ({ organisation }) => ({ title: `Answer the invitation of ${organisation}`, body: '' }),
    'pairing.answer': ({ other }) => ({ title: `Answer the pairing request of ${other}`, body: '' }),
    'credential.verify': ({ person }) => ({ title: `Verify the credential of ${person}`, body: '' }),
  },
}

export const languageOf = (language: string | null | undefined): Language => (language === 'en' ? 'en' : 'zh-CN')

/** What an event says; the details are those it was published with. */
export const sayEvent = (event: NotificationEvent, details: unknown, language: Language): Words => (eventTexts[language][event] as EventWords<unknown>).say(details)
export const eventName = (event: NotificationEvent, language: Language): string => eventTexts[language][event].name
export const sayTodo = (kind: TodoKind, details: unknown, language: Language): Words => (todoTexts[language][kind] as (details: unknown) => Words)(details)

/** Words somebody wrote, told inside the product only (NTF-12): why something was done, or what a colleague has to say. */
export function withWords(event: NotificationEvent, { title, body }: Words, written: string | undefined, language: Language): Words {
  if (written === undefined || written === '') return { title, body }
  const said = event === 'study.shared' ? written : language === 'en' ? `Reason: ${written}` : `原因：${written}`
  return { title, body: [body, said].filter((one) => one !== '').join(language === 'en' ? ' ' : '') }
}

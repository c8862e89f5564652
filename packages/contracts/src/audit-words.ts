/** What actions of the audit trail are called, said after the name of who did them. */
import type { AuditAction } from './audit.ts'

type ActionWords = Readonly<Record<AuditAction, string>>

const en: ActionWords = {
  'study.search': 'searched studies', 'study.retrieve': 'opened a study', 'study.store': 'stored images', 'study.delete': 'deleted a study', 'study.lock': 'locked a study', 'study.unlock': 'unlocked a study', 'study.edit-case': 'changed what belongs to a study', 'study.share-colleague': 'shared a study with a colleague', 'attachment.view': 'looked at an attachment', 'attachment.download': 'downloaded an attachment', 'film.collect': 'changed the film basket', 'film.print': 'printed films', 'film.cancel': 'called off a print job', 'film.fetch': 'fetched films as a document', 'study.restore': 'restored a study',
  'study.purge': 'removed a study for good', 'study.purge-request': 'asked for a study to be removed for good', 'study.recompress': 'recompressed a study', 'deleted-study.read': 'looked at deleted studies', 'quarantine.read': 'listed images held apart', 'quarantine.view': 'looked at images held apart', 'quarantine.accept': 'put images held apart into their study', 'quarantine.delete': 'deleted images held apart', 'storage.read': 'looked at the storage in use',
  'worklist.read': 'read the worklist', 'worklist.write': 'changed the worklist', 'performed-step.read': 'read procedure steps', 'performed-step.write': 'recorded a procedure step',
  'gateway.enrol': 'enrolled a gateway', 'gateway.token': 'got a token for a gateway', 'gateway.read': 'looked at a gateway', 'gateway.change': 'changed a gateway', 'gateway.revoke': 'revoked a gateway', 'gateway.command': 'gave a gateway an order',
  'gateway.command-result': 'reported what came of an order', 'upload-code.read': 'looked at the upload code', 'upload-code.rotate': 'changed the upload code',
  'account.sign-in': 'signed in', 'account.sign-out': 'signed out', 'account.session-end': 'ended a session', 'account.freeze': 'was frozen after wrong passwords', 'account.unfreeze': 'released a frozen account', 'account.frozen-read': 'looked at frozen accounts',
  'account.create': 'made an account', 'account.suspend': 'suspended an account everywhere', 'account.reinstate': 'let a suspended account go on', 'account.password': 'changed the password', 'account.password-reset': 'reset a password', 'account.second-factor': 'changed or gave the second factor', 'account.settings': 'changed personal settings',
  'account.profile': 'changed the profile', 'account.contact': 'changed phone or e-mail', 'account.signature': 'changed the signature', 'account.link': 'linked an outside account', 'account.unlink': 'unlinked an outside account',
  'credential.change': 'changed a document', 'credential.read': 'looked at documents', 'credential.view': "opened a member's document", 'credential.decide': 'decided on a document', 'download.request': 'asked for a download of studies', 'download.fetch': 'fetched a download', 'download.remove': 'removed a download', 'list.export': 'exported a list', 'share.create': 'made a share link', 'share.revoke': 'revoked a share link', 'share.view': 'opened a share link', 'favourite.change': 'changed favourites', 'favourite.read': 'looked at favourites',
  'organisation.create': 'made an organisation', 'organisation.change': 'changed the organisation', 'department.change': 'changed a department', 'role.change': 'changed a role', 'device.change': 'changed a device', 'device.delete': 'deleted a device', 'body-part.change': 'changed body parts or tags',
  'pairing.change': 'changed a pairing', 'fee.change': 'changed a fee',
  'member.read': 'looked at members', 'member.create': 'added a member', 'member.invite': 'invited somebody', 'member.change': 'changed a member', 'member.switch': 'went to work here', 'invitation.withdraw': 'withdrew an invitation', 'invitation.answer': 'answered an invitation',
  'api-key.create': 'made an API key', 'api-key.change': 'changed an API key', 'api-key.rotate': 'renewed an API key', 'api-key.revoke': 'revoked an API key', 'api-key.use': 'used an API key', 'api-key.token': 'got a token for an API key',
  'sign-in-provider.change': 'changed the sign-in provider', 'signing-key.rotate': 'renewed the signing keys', 'access.refuse': 'asked for what is not allowed', 'log.read': 'read the log', 'log.export': 'exported the log', 'log.cut': 'cut the log where its time was over', 'notification-rule.change': 'changed a notification rule',
}

const zhCN: ActionWords = {
  'study.search': '查询了检查', 'study.retrieve': '打开了检查', 'study.store': '存储了影像', 'study.delete': '删除了检查', 'study.lock': '锁定了检查', 'study.unlock': '解锁了检查', 'study.edit-case': '修改了检查资料', 'study.share-colleague': '将检查分享给同事', 'attachment.view': '查看了附件', 'attachment.download': '下载了附件', 'film.collect': '修改了胶片篮', 'film.print': '打印了胶片', 'film.cancel': '取消了打印任务', 'film.fetch': '获取了胶片文档', 'study.restore': '恢复了检查',
  'study.purge': '彻底清除了检查', 'study.purge-request': '申请彻底清除检查', 'study.recompress': '重新压缩了检查', 'deleted-study.read': '查看了已删除的检查', 'quarantine.read': '查看了隔离影像列表', 'quarantine.view': '查看了隔离的影像', 'quarantine.accept': '将隔离的影像归入检查', 'quarantine.delete': '删除了隔离的影像', 'storage.read': '查看了存储用量',
  'worklist.read': '读取了工作列表', 'worklist.write': '修改了工作列表', 'performed-step.read': '读取了检查步骤', 'performed-step.write': '记录了检查步骤',
  'gateway.enrol': '注册了网关', 'gateway.token': '获取了网关令牌', 'gateway.read': '查看了网关', 'gateway.change': '修改了网关', 'gateway.revoke': '吊销了网关', 'gateway.command': '向网关下达了指令',
  'gateway.command-result': '上报了指令结果', 'upload-code.read': '查看了上传码', 'upload-code.rotate': '更换了上传码',
  'account.sign-in': '登录', 'account.sign-out': '退出登录', 'account.session-end': '结束了会话', 'account.freeze': '因密码错误被冻结', 'account.unfreeze': '解冻了账号', 'account.frozen-read': '查看了冻结账号',
  'account.create': '创建了账号', 'account.suspend': '全面停用了账号', 'account.reinstate': '恢复了被停用的账号', 'account.password': '修改了密码', 'account.password-reset': '重置了密码', 'account.second-factor': '变更或完成了二次验证', 'account.settings': '修改了个人设置',
  'account.profile': '修改了个人资料', 'account.contact': '修改了手机或邮箱', 'account.signature': '修改了签名', 'account.link': '绑定了外部账号', 'account.unlink': '解绑了外部账号',
  'credential.change': '修改了证件', 'credential.read': '查看了证件列表', 'credential.view': '打开了成员的证件', 'credential.decide': '审核了证件', 'download.request': '申请下载检查', 'download.fetch': '取走了下载文件', 'download.remove': '删除了下载文件', 'list.export': '导出了列表', 'share.create': '创建了分享链接', 'share.revoke': '撤销了分享链接', 'share.view': '打开了分享链接', 'favourite.change': '修改了收藏', 'favourite.read': '查看了收藏',
  'organisation.create': '创建了机构', 'organisation.change': '修改了机构', 'department.change': '修改了科室', 'role.change': '修改了角色', 'device.change': '修改了设备', 'device.delete': '删除了设备', 'body-part.change': '修改了部位或标签',
  'pairing.change': '变更了对接', 'fee.change': '修改了费用',
  'member.read': '查看了成员', 'member.create': '新增了成员', 'member.invite': '邀请了成员', 'member.change': '修改了成员', 'member.switch': '切换到本机构', 'invitation.withdraw': '撤回了邀请', 'invitation.answer': '答复了邀请',
  'api-key.create': '创建了 API 密钥', 'api-key.change': '修改了 API 密钥', 'api-key.rotate': '更换了 API 密钥', 'api-key.revoke': '吊销了 API 密钥', 'api-key.use': '使用了 API 密钥', 'api-key.token': '用 API 密钥获取了令牌',
  'sign-in-provider.change': '修改了单点登录设置', 'signing-key.rotate': '更换了签名密钥', 'access.refuse': '请求了未获许可的操作', 'log.read': '查看了日志', 'log.export': '导出了日志', 'log.cut': '清理了到期日志', 'notification-rule.change': '修改了通知规则',
}

export const auditActionWords: Readonly<Record<'zh-CN' | 'en', ActionWords>> = { 'zh-CN': zhCN, en }

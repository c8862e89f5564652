import type { NotificationWords } from './notifications-en.ts'

export const notificationsZhCN: NotificationWords = {
  notifications: {
    title: '通知', settings: '设置', openPage: '查看全部', readAll: '全部标为已读', more: '显示更多', show: '显示', all: '全部', onlyUnread: '未读', open: '待处理', closed: '已处理',
    tab: (unread) => (unread > 0 ? `通知（${String(unread)}）` : '通知'), todoTab: (todos) => (todos > 0 ? `待办（${String(todos)}）` : '待办'),
    bell: (unread, todos) => `通知：${String(unread)} 条未读，${String(todos)} 项待办`,
    none: '暂无通知', noneUnread: '全部已读', noTodos: '没有待办事项', noClosedTodos: '暂无已处理事项', unread: '（未读）', urgent: '紧急', until: (moment) => `截止 ${moment}`,
    outcomes: { done: '已完成', withdrawn: '已撤回', expired: '已过期' },
  },
  notificationSettings: {
    title: '消息设置', intro: '您可以在此减少机构发送给您的消息；通知列表始终保留全部内容。',
    ways: '接收方式', methods: { webPush: '浏览器推送', email: '邮件', sms: '短信' }, events: '接收内容', eventsHint: '关闭后仅在通知列表中显示。',
    eventNames: {
      'account.frozen': '账号被冻结', 'account.unfrozen': '账号已解冻', 'account.password-changed': '密码已修改', 'account.second-factor-changed': '二次验证已变更', 'account.password-reset': '密码已重置', 'account.linked': '账号已绑定外部登录', 'account.unlinked': '账号已解除外部登录',
      'invitation.received': '收到邀请', 'invitation.accepted': '邀请已被接受', 'invitation.declined': '邀请已被拒绝',
      'membership.role-changed': '角色已变更', 'membership.suspended': '成员资格已停用', 'membership.reinstated': '成员资格已恢复', 'membership.removed': '成员资格已结束', 'role.changed': '所属角色的权限已变更',
      'member.account-frozen': '成员账号被冻结', 'pairing.requested': '收到对接申请', 'pairing.agreed': '对接已同意', 'pairing.declined': '对接被拒绝', 'pairing.ended': '对接已结束',
      'pairing.order-taking-on': '团队开始接单', 'pairing.order-taking-off': '团队停止接单', 'credential.submitted': '有证件待审核', 'credential.verified': '证件已通过审核', 'credential.refused': '证件未通过审核', 'study.shared': '同事向您分享检查', 'study.held-apart': '其他患者的影像被隔离',
      'gateway.enrolled': '网关已注册', 'gateway.revoked': '网关已吊销', 'gateway.alarm': '网关告警', 'gateway.offline': '网关离线', 'gateway.online': '网关恢复在线', 'upload-code.rotated': '上传码已更换',
      'api-key.created': '已创建 API 密钥', 'api-key.expiring': 'API 密钥即将到期', 'download.ready': '下载已就绪', 'download.failed': '下载失败', 'delivery.failed': '消息未能送达', 'notification.test': '测试消息',
    },
    safety: '安全消息，始终接收。',
    push: '浏览器推送', pushHere: '在此浏览器接收推送', pushHint: '未打开页面时也能收到；开启时浏览器会请求授权。', pushNotHere: '此浏览器仅在 HTTPS 下支持推送。', pushRefused: '浏览器不允许本页面发送通知，请在浏览器设置中允许后再次开启。',
  },
}

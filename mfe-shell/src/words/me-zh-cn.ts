import type { MeWords } from './me-en.ts'

export const meZhCN: MeWords = {
  profile: {
    title: '个人资料', basic: '基本信息', contact: '联系方式', introductions: '个人简介', introductionsHint: '各机构成员可以看到的简介。',
    name: '姓名', missingName: '请输入姓名。', nameVerified: '姓名已由证件核实，不能修改。', gender: '性别', genders: { none: '未填写', female: '女', male: '男', other: '其他' },
    phone: '手机', email: '邮箱', loginName: '登录名', none: '无', changePhone: '更换手机', changeEmail: '更换邮箱', addEmail: '添加邮箱', newPhone: '新手机号', newEmail: '新邮箱', missingPhone: '请输入手机号。', missingEmail: '请输入邮箱。',
    codeSent: '如果可以送达且未被他人使用，验证码已发送。', confirm: '确认', passwordWhy: '此操作涉及账号安全，需要验证密码。', proveEmail: '确认邮箱', emailUnproven: '该邮箱由他人填写；通过验证码确认之前，不能用于重置密码。', emailAdvised: '添加邮箱后，手机丢失时也能重置密码。',
    avatarOf: (name) => `${name} 的头像`, chooseAvatar: '选择图片', removeAvatar: '移除', avatarHint: (megabytes) => `PNG、JPEG 或 WebP，不超过 ${String(megabytes)} MB`,
  },
  security: {
    title: '登录与安全', password: '密码', changePassword: '修改密码', passwordHint: '修改密码后，其他设备会退出登录。', passwordAdvised: '您仍在使用初始密码。', passwordChanged: '密码已修改，其他设备均已退出。', currentPassword: '当前密码', missingCurrent: '请输入当前密码。',
    totp: '身份验证器', totpHint: '密码之后的第二步：手机应用显示的六位数字。进入管理平台需要二次验证。', totpScan: '请用身份验证器应用扫描，并输入显示的六位数字。', totpCode: '身份验证器二维码', totpSecret: '或手动输入：', on: '已开启', off: '未开启', setUp: '设置', confirm: '确认', goOn: '继续',
    removeTotp: '移除身份验证器', removeTotpHint: '移除后仅凭密码即可登录。', remove: '移除', removed: '已移除',
    recoveryCodes: '恢复码', recoveryHint: '恢复码仅显示这一次，请抄写或打印保存；每个恢复码可代替一次验证码。', recoveryCopy: '复制全部', recoveryKept: '我已保存',
    passkeys: '通行密钥', passkeysHint: '使用指纹、面容或安全密钥登录，无需密码。', passkeysNotHere: '通行密钥需要 HTTPS 和域名，当前地址不满足。', addPasskey: '添加通行密钥', passkeyName: '设备名称', missingPasskeyName: '请输入设备名称。', synchronised: '多设备同步', added: (moment) => `添加于 ${moment}`, lastUsed: (moment) => `最近使用 ${moment}`, removePasskey: (name) => `移除通行密钥 ${name}`,
    identities: '机构账号', identitiesHint: '使用您在机构已有的账号登录。', bound: '已绑定', unbound: '未绑定', switchedOff: '已停用', link: '绑定', unlink: '解绑', linkTitle: (name) => `绑定 ${name}`, unlinkTitle: (name) => `解绑 ${name}`,
    sessions: '登录设备', endOthers: '退出其他设备', endOthersHint: '除当前浏览器外，其他浏览器都需要重新登录。', ended: '已退出', end: '退出', thisBrowser: '当前浏览器', remembered: '保持登录', since: (moment, address) => `登录于 ${moment}，来自 ${address}`, lastActive: (ago) => `最近活动：${ago}`,
  },
  settings: {
    title: '设置', account: '所有设备', work: '工作', browser: '当前浏览器', notChosen: '未选择',
    autoSignOut: '自动退出登录', autoSignOutForced: '您所在的机构要求启用。', autoSignOutHint: '30 分钟无操作后自动退出，退出前一分钟提醒。', messageLanguage: '消息语言', messageLanguageHint: '邮件、短信和推送使用的语言。在页面顶部切换语言时随之改变。', timeZone: '时区', timeZoneHint: '用于消息中的时间；页面显示本机时间。',
    landing: '登录后进入', landingHint: '登录后首先打开的页面；若已离开该机构，则打开工作台。', landingNone: '工作台（仅有一个机构时直接进入）', viewerLayout: '阅片界面', viewerLayoutHint: '影像的布局方式。', viewerLayouts: { standard: '标准', classic: '经典' }, dualScreen: '双屏阅片', dualScreenHint: '诊断时影像在独立窗口打开。',
    binding: '重要消息不错过', bindingHint: '请验证手机号，或在此浏览器开启推送。', bindingPhone: '验证手机号', bindingPush: '开启推送', bindingLater: '15 天后再提醒',
    languageHint: '页面显示的语言。', coloursHint: '阅片室用深色，办公室用浅色。',
  },
  signature: {
    title: '个人签名', intro: '用于您诊断或审核的报告。', current: '当前签名', none: '尚未设置签名。', another: '新建签名', draw: '在此手写', phone: '手机手写', upload: '上传图片',
    uploadHint: (megabytes) => `白纸上签名的图片，PNG、JPEG 或 WebP，不超过 ${String(megabytes)} MB；纸张背景会变为透明。`, chooseFile: '选择图片', saved: '签名已保存', since: (source, moment) => `${source}，${moment}`, sources: { uploaded: '上传', drawn: '手写', phone: '手机手写' },
    remove: '移除', removed: '已移除', removeTitle: '移除签名？', removeHint: '已签名的报告不受影响。', pad: '手写签名区域', use: '使用此签名', clear: '重写',
    phoneHint: '扫码在手机上签名，签名会显示在这里。', showCode: '显示二维码', phoneScan: '请用手机扫描，五分钟内有效，仅可使用一次。', phoneCode: '手机签名二维码', phoneExpired: '二维码已失效。', phoneDone: '已收到签名。', signAgain: '重新签名',
    phoneTitle: '请在此签名', phoneIntro: '请用手指签名，可横置手机。', phoneSent: '已发送', phoneSentHint: '签名已显示在电脑上，您可以关闭此页面。', phoneNoToken: '请在个人中心扫描二维码打开此页面。',
  },
  credentials: {
    title: '证件认证', intro: '由所在机构的管理员审核，诊断可能需要认证；证件加密保存。', none: '暂无证件', noneHint: '请添加身份证和执业、资格证书及其图片。', add: '添加证件', edit: '编辑', kind: '类型', kindTitle: '证件名称', missingTitle: '请输入证件名称。', number: '号码', validUntil: '有效期至', validUntilHint: '留空表示长期有效。',
    kinds: { idCard: '身份证', practisingCertificate: '医师执业证', qualificationCertificate: '医师资格证', other: '其他' }, states: { none: '未提交', submitted: '待审核', verified: '已认证', rejected: '未通过', expired: '已过期' },
    decided: '审核', files: '文件', noFiles: '暂无', file: (number) => `文件 ${String(number)}`, addFile: '添加文件', removeFile: '移除', submit: '提交审核', submitted: '已提交', recall: '撤回', discard: '删除', discarded: '已删除', discardTitle: '删除此证件？', discardHint: '其文件将一并删除。',
  },
  favourites: {
    title: '收藏', organisation: '机构', search: '搜索收藏', searchHint: '姓名、患者编号、检查号', none: '暂无收藏', noneFound: '未找到', noneHint: '可在检查列表中收藏。', nowhere: '您的角色均不能查看检查', unnamed: '无姓名', gone: '已不存在', since: (moment) => `收藏于 ${moment}`, remove: '移除', removed: '已移除',
  },
  permissions: { title: '我的权限', intro: '您的角色所拥有的权限，由各机构管理员设置。', none: '您尚未加入任何机构', count: (count) => `（${String(count)}）`, switchedOff: '模块未启用' },
}

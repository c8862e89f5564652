import { useWords, type Translations } from '@isocenter/design-system'

const en = {
  // The page of who holds a link.
  title: 'Shared images', opening: 'Opening …', readOnly: 'Images for viewing only', viewer: 'Viewer of the shared images', anonymised: 'Anonymised',
  password: 'Password', passwordHint: 'Whoever sent you this link has its password.', missingPassword: 'Enter the password.', open: 'Open',
  wrong: (triesLeft: number) => `The password is wrong. ${String(triesLeft)} ${triesLeft === 1 ? 'try is' : 'tries are'} left, then the link closes for good.`,
  closed: { expired: 'This link has expired', revoked: 'This link was withdrawn', locked: 'This link was closed', gone: 'These images are no longer there' },
  closedHint: { expired: 'Ask whoever sent it for a new one.', revoked: 'Whoever made it has ended it.', locked: 'Ten wrong passwords were entered. Ask whoever sent it for a new one.', gone: 'They were deleted at the hospital.' },
  incomplete: 'This address is not complete', incompleteHint: 'Copy the whole link, with everything behind the #, or scan the code again.',
  ended: 'The visit has ended', endedHint: 'Open the link again.', again: 'Open again', watermark: (until: string) => `Images for viewing only · link valid until ${until}`,
  attachments: 'Attachments', attachmentsOf: (count: number) => `Attachments (${String(count)})`, allAttachments: 'All attachments', toImages: 'Back to the images', view: 'View', viewOf: (name: string) => `View ${name}`, download: 'Download', downloadOf: (name: string) => `Download ${name}`,
  attachmentsFailed: 'Attachments: try again', noAttachments: 'Nothing is shown here any more.',

  // Who shares.
  share: 'Share', shareTitle: (count: number) => (count === 1 ? 'Share the study' : `Share ${String(count)} studies`), tooMany: (most: number) => `One link shows at most ${String(most)} studies. Choose fewer.`,
  anonymise: 'Anonymise', anonymiseHint: 'Names, numbers, dates and institution are removed from all that leaves, and all identifiers are replaced (DICOM PS3.15 basic profile). Reports, documents and attachments are left out.',
  named: 'Whoever holds the link sees who the patient is.', valid: 'Valid for', days: (days: number) => (days === 1 ? '1 day' : `${String(days)} days`),
  sharePassword: 'Password, if wanted', sharePasswordHint: 'At least 6 characters. Tell it by another way than the link.', shortPassword: 'At least 6 characters.', make: 'Make the link',
  risks: {
    burnedInAnnotation: 'The pictures say that there is writing in them that identifies the patient. It is not removed.', possibleAnnotation: 'Pictures of this kind often have names written in them. Look at them before you send the link.',
    recognisableFeatures: 'A face can be made out of these slices of a head.', documentsLeftOut: 'Reports and documents of the study are not shown through the link.',
  },
  opensAttachments: (count: number) => (count === 0 ? 'No attachment of these studies is shown to outside viewers.' : `The link also opens ${count === 1 ? 'one attachment' : `${String(count)} attachments`} shown to outside viewers. Switch them on or off in the study’s attachments.`),
  looking: 'Looking at what the pictures may tell …', made: 'The link is made', madeHint: 'It is shown this once. Whoever has it can open it.', link: 'Link', code: 'QR code of the link', copy: 'Copy the link', copied: 'Copied', copyYourself: 'The link is marked: copy it with the keyboard.', close: 'Close', ownLinks: 'My share links',

  // Own links.
  none: 'You have shared nothing yet', noneHint: 'Choose studies in the list and share them.', states: { active: 'Open', expired: 'Expired', revoked: 'Withdrawn', locked: 'Closed by wrong passwords' },
  state: 'State', studies: 'Studies', goneStudy: 'A deleted study', hiddenStudy: 'A study', unnamed: 'Without a name', kind: 'Kind', withPassword: 'with password', withNames: 'With patient data', made_: 'Made', until: 'Until', views: 'Opened', times: (views: number) => (views === 1 ? 'once' : `${String(views)} times`), lastOpened: (moment: string) => `last ${moment}`,
  revoke: 'Withdraw', revokeTitle: 'Withdraw this link?', revokeText: (names: string) => `${names}: who is looking through the link sees nothing more. It cannot be opened again.`, revoked: 'The link is withdrawn', more: 'Show more',
}
export type ShareWords = typeof en

const words: Translations<ShareWords> = {
  en,
  'zh-CN': {
    title: '分享的影像', opening: '正在打开……', readOnly: '影像仅供查看', viewer: '分享影像阅片', anonymised: '已匿名',
    password: '密码', passwordHint: '请向发送此链接的人索取密码。', missingPassword: '请输入密码。', open: '打开',
    wrong: (triesLeft) => `密码错误，还可尝试 ${String(triesLeft)} 次，之后链接将永久关闭。`,
    closed: { expired: '此链接已过期', revoked: '此链接已被撤销', locked: '此链接已关闭', gone: '影像已不存在' },
    closedHint: { expired: '请向分享者索取新的链接。', revoked: '分享者已终止此分享。', locked: '密码输错已达十次，请向分享者索取新的链接。', gone: '影像已在医院端删除。' },
    incomplete: '地址不完整', incompleteHint: '请复制完整链接（包括 # 之后的内容），或重新扫码。',
    ended: '查看已结束', endedHint: '请重新打开链接。', again: '重新打开', watermark: (until) => `影像仅供查看 · 链接有效期至 ${until}`,
    attachments: '附件', attachmentsOf: (count) => `附件（${String(count)}）`, allAttachments: '全部附件', toImages: '返回影像', view: '查看', viewOf: (name) => `查看 ${name}`, download: '下载', downloadOf: (name) => `下载 ${name}`,
    attachmentsFailed: '附件加载失败，重试', noAttachments: '附件已不再对外显示。',

    share: '分享', shareTitle: (count) => (count === 1 ? '分享检查' : `分享 ${String(count)} 个检查`), tooMany: (most) => `一个链接最多包含 ${String(most)} 个检查，请减少选择。`,
    anonymise: '匿名分享', anonymiseHint: '对外数据将去除姓名、编号、日期和机构，并替换全部标识（DICOM PS3.15 基本规范）；报告、文档和附件不包含在内。',
    named: '持有链接者可以看到患者身份。', valid: '有效期', days: (days) => `${String(days)} 天`,
    sharePassword: '访问密码（可选）', sharePasswordHint: '至少 6 位；请通过其他途径告知对方。', shortPassword: '至少 6 位。', make: '生成链接',
    risks: {
      burnedInAnnotation: '影像标明画面中含有可识别患者的文字，该文字不会被去除。', possibleAnnotation: '此类影像画面中常含姓名等文字，发送前请先查看。',
      recognisableFeatures: '由这些头部断层可重建出面部。', documentsLeftOut: '该检查的报告和文档不会通过链接展示。',
    },
    opensAttachments: (count) => (count === 0 ? '这些检查没有对外可见的附件。' : `通过此链接还可打开 ${String(count)} 个对外可见的附件，可在检查的附件中开启或关闭。`),
    looking: '正在检查画面中可能透露的信息……', made: '链接已生成', madeHint: '链接仅显示这一次，持有者均可打开。', link: '链接', code: '链接二维码', copy: '复制链接', copied: '已复制', copyYourself: '链接已选中，请用键盘复制。', close: '关闭', ownLinks: '我的分享链接',

    none: '您还没有分享', noneHint: '请在检查列表中选择检查后分享。', states: { active: '有效', expired: '已过期', revoked: '已撤销', locked: '密码错误次数过多，已关闭' },
    state: '状态', studies: '检查', goneStudy: '已删除的检查', hiddenStudy: '一个检查', unnamed: '无姓名', kind: '类型', withPassword: '有密码', withNames: '含患者信息', made_: '创建时间', until: '有效期至', views: '打开次数', times: (views) => `${String(views)} 次`, lastOpened: (moment) => `最近 ${moment}`,
    revoke: '撤销', revokeTitle: '撤销此链接？', revokeText: (names) => `${names}：正在查看的人将立即无法继续查看，链接不能再次打开。`, revoked: '链接已撤销', more: '加载更多',
  },
}

export const useShareWords = (): ShareWords => useWords(words)

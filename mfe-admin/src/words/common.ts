import { moduleNames, type OrganisationKind } from '@isocenter/contracts'
import { useWords } from '@isocenter/design-system'

const en = {
  management: 'Management', noMember: 'You are no active member of this organisation.', nothingOpen: 'Your role in this organisation manages nothing.', missingPermission: 'Your role does not include this page. It is opened by:',
  noSuchPage: 'There is no such page', noSuchPageHint: 'Choose one from the navigation.',
  all: 'All', none: 'None', search: 'Search', more: 'Show more', noneFound: 'Nothing fits these filters', noneFoundHint: 'Change them, or take them away.', unfilter: 'Take the filters away',
  actions: 'Actions', edit: 'Edit', remove: 'Delete', save: 'Save', saved: 'Saved', close: 'Close', open: 'Open', cancel: 'Cancel', no: 'No', on: 'On', off: 'Off', name: 'Name', missingName: 'Enter a name.', state: 'State', unknown: 'Unknown',
  reason: 'Reason', missingReason: 'Say why.',
  shownOnce: 'This is shown once and never again', haveNoted: 'I have kept it', copy: 'Copy', copied: 'Copied',
  kinds: { hospital: 'Hospital', team: 'Diagnosis team', consortium: 'Consortium', platform: 'Platform' } as Readonly<Record<OrganisationKind, string>>,
  modules: moduleNames.en,
  number: 'Number', from: 'From', to: 'To', chooseFile: 'Choose a picture', replaceFile: 'Choose another', fileTooLarge: 'The picture is larger than 2 MB.', pictureHint: 'PNG, JPEG or WebP, 2 MB at most.',
}

const zhCN: typeof en = {
  management: '管理平台', noMember: '您不是该机构的有效成员。', nothingOpen: '您在该机构的角色没有管理权限。', missingPermission: '您的角色不包含此页面。可由以下权限打开：',
  noSuchPage: '没有该页面', noSuchPageHint: '请从导航中选择。',
  all: '全部', none: '无', search: '搜索', more: '加载更多', noneFound: '没有符合筛选条件的内容', noneFoundHint: '请更改或清除筛选条件。', unfilter: '清除筛选',
  actions: '操作', edit: '编辑', remove: '删除', save: '保存', saved: '已保存', close: '关闭', open: '打开', cancel: '取消', no: '否', on: '开', off: '关', name: '名称', missingName: '请填写名称。', state: '状态', unknown: '未知',
  reason: '原因', missingReason: '请填写原因。',
  shownOnce: '仅显示这一次，之后无法再查看', haveNoted: '我已保存', copy: '复制', copied: '已复制',
  kinds: { hospital: '医院', team: '诊断团队', consortium: '医联体', platform: '平台' },
  modules: moduleNames['zh-CN'],
  number: '编号', from: '开始日期', to: '结束日期', chooseFile: '选择图片', replaceFile: '更换图片', fileTooLarge: '图片超过 2 MB。', pictureHint: 'PNG、JPEG 或 WebP，不超过 2 MB。',
}

const words = { en, 'zh-CN': zhCN }
export const useCommonWords = (): typeof en => useWords(words)

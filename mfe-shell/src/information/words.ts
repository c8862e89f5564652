import { moduleNames } from '@isocenter/contracts'
import { useWords } from '@isocenter/design-system'

const en = {
  title: 'About the organisation', none: '–',
  number: 'Number', name: 'Name', level: 'Level', type: 'Type', region: 'Province and city', address: 'Street address', introduction: 'Introduction', timeZone: 'Time zone', owner: 'Belongs to', modules: 'Modules', noModules: 'None is switched on',
  uploadCode: 'Upload code', uploadCodeHidden: 'Hidden; who manages gateways sees it in the settings.',
  editing: 'It is changed in management, by who may.', toSettings: 'Open the settings', logoOf: (name: string) => `Logo of ${name}`, noMember: 'You are no member of this organisation.',
  moduleNames: moduleNames.en,
}

const zhCN: typeof en = {
  title: '机构信息', none: '未填写',
  number: '编号', name: '名称', level: '等级', type: '类型', region: '省市', address: '详细地址', introduction: '简介', timeZone: '时区', owner: '隶属于', modules: '模块', noModules: '未开启任何模块',
  uploadCode: '上传码', uploadCodeHidden: '已隐藏；有网关管理权限者可在机构设置中查看。',
  editing: '由有权限的人员在管理平台中修改。', toSettings: '打开机构设置', logoOf: (name) => `${name}的标志`, noMember: '您不是该机构的成员。',
  moduleNames: moduleNames['zh-CN'],
}

const words = { en, 'zh-CN': zhCN }
export const useInformationWords = (): typeof en => useWords(words)

import type { PartColumn, PartRowProblem, RuleOperator, TagAttribute } from '@isocenter/contracts'
import { useWords } from '@isocenter/design-system'

const en = {
  title: 'Body parts', intro: 'What is asked for and billed, by type of devices, and the tags it is recognised by in the images.', partsTab: 'Parts', tagsTab: 'Tags',
  addCategory: 'Add a category', editCategory: 'Rename the category', category: 'Category', deviceType: 'Device type', missingType: 'Choose a type.', noParts: 'No body parts yet', noPartsHint: 'Add a category under a type of devices, or import a spreadsheet.', nothingFits: 'No part or category is called so.',
  search: 'Search parts', partsIn: (count: string) => (count === '1' ? '1 part' : `${count} parts`), emptyCategory: 'No parts in it yet.',
  addPart: 'Add a part', editPart: 'Edit the part', part: 'Part', partCount: 'Part count', partCountHint: 'Units it is billed as: chest and abdomen, for instance, as 2.', wrongCount: 'A whole number from 1 to 99.', tags: 'Tags', partTagsHint: 'The part is suggested for studies that have one of them.',
  deletePart: (name: string) => `Delete ${name}?`, deletePartHint: 'It is offered no more. Requests of before keep its name.', deleteAll: 'Delete all parts', deleteAllTitle: (count: string, name: string) => `Delete ${count} of ${name}?`, deleteCategory: (name: string) => `Delete the category ${name}?`, deleteCategoryHint: 'It has no parts.', deleted: 'Deleted',
  addTag: 'Add a tag', editTag: 'Edit the tag', tag: 'Tag', noTags: 'No tags yet', noTagsHint: 'A tag says by what the images tell that a part was examined.', order: 'Order', rules: 'Rules', noRules: 'No rules: it is found in no study', isFinal: 'Last one tried', isFinalHint: 'Where a series has this tag, those below are not tried in that series.', usedBy: 'Parts',
  earlier: (name: string) => `Try ${name} earlier`, later: (name: string) => `Try ${name} later`, deleteTag: (name: string) => `Delete the tag ${name}?`, deleteTagHint: (count: string) => `${count} have it; they stay.`, noSemicolon: 'Without semicolons, 60 characters at most.', tagOrderHint: 'Tags are tried from top to bottom.',
  addRule: 'Add a rule', removeRule: (number: string) => `Remove rule ${number}`, rulesHint: 'One of them is enough. Large and small letters count alike.', attribute: 'Attribute', operator: 'Comparison', value: 'Value', missingValue: 'Enter a value.', codesHint: 'Codes are compared by code, by scheme and code (SCT:51185008), and by meaning.',
  attributes: { BodyPartExamined: 'Body part examined', StudyDescription: 'Study description', SeriesDescription: 'Series description', ProtocolName: 'Protocol', AnatomicRegionSequence: 'Anatomic region (code)', ProcedureCodeSequence: 'Procedure (code)' } as Readonly<Record<TagAttribute, string>>,
  operators: { equals: 'is', contains: 'contains', matches: 'matches the expression' } as Readonly<Record<RuleOperator, string>>,
  rule: (attribute: string, operator: string, value: string) => `${attribute} ${operator} “${value}”`,
  test: 'Try it on a study', testHint: 'With the rules as they stand above, saved or not.', study: 'Study', noStudies: 'No studies', try: 'Try', chooseStudy: 'Choose a study.', holds: (series: string) => `This tag holds, in ${series} series`, holdsNot: 'This tag does not hold', otherTags: 'Other tags of the study', says: 'What the study says', suggests: 'Parts it suggests', nothingSaid: 'None of these attributes.', needsStudies: 'Trying it on a study needs the permission to see studies.', fits: (rule: string, found: string) => `${rule}: ${found}`,
  import: 'Import', importTitle: 'Import body parts', importHint: 'An .xlsx workbook with the columns of the export. Rows are merged by type of devices, category and part name; what it leaves out stays.', chooseFile: 'Choose a spreadsheet', another: 'Choose another', confirmImport: 'Import', imported: 'Imported', tooLarge: 'The file is larger than 4 MB.',
  outcome: (created: string, changed: string, unchanged: string) => `${created} new, ${changed} changed, ${unchanged} as they are`, newCategories: 'New categories', newTags: 'New tags, without rules', errors: (count: string) => `${count === '1' ? '1 row' : `${count} rows`} cannot be imported. Nothing is imported as long as one is wrong.`, moreErrors: 'There are more.', row: 'Row', column: 'Column', problem: 'What is wrong', nothingNew: 'Everything in it is there already.',
  columns: { deviceType: 'Device type', category: 'Part category', name: 'Part name', tags: 'Tags', partCount: 'Part count' } as Readonly<Record<PartColumn, string>>,
  problems: { missing: 'Missing', tooLong: 'Longer than 60 characters, or with line breaks', unknownDeviceType: 'No such type of devices', badPartCount: 'No whole number from 1 to 99', badTag: 'A tag is longer than 60 characters', tooManyTags: 'More than 20 tags', repeated: 'The same part stands further up', formulaError: 'A formula that failed' } as Readonly<Record<PartRowProblem, string>>,
  unreadable: { oldExcel: 'This is an .xls workbook, or one with a password. Save it as .xlsx without a password.', noSpreadsheet: 'This is no .xlsx workbook, or it is damaged.', tooLarge: 'There is more in it than any list of body parts.', tooManyRows: 'It has too many rows.', headings: 'Its first row must have the headings of the export: device type, part category, part name, tags, part count.', noRows: 'There is no row below its headings.' } as Readonly<Record<string, string>>,
  export: 'Export', exportTitle: 'Export body parts', exportHint: 'An .xlsx workbook that can be imported again as it is.', all: 'All', none: 'None', nothingToExport: 'There are no parts to export.',
}

const zhCN: typeof en = {
  title: '检查部位', intro: '按设备类型维护申请与计费的部位，以及从影像中识别部位的标签。', partsTab: '部位', tagsTab: '标签',
  addCategory: '新增分类', editCategory: '重命名分类', category: '部位分类', deviceType: '设备类型', missingType: '请选择设备类型。', noParts: '暂无部位', noPartsHint: '请在设备类型下新增分类，或导入表格。', nothingFits: '没有该名称的部位或分类。',
  search: '搜索部位', partsIn: (count) => `${count} 个部位`, emptyCategory: '该分类下暂无部位。',
  addPart: '新增部位', editPart: '编辑部位', part: '部位', partCount: '部位数', partCountHint: '计费单位数，例如胸部加腹部为 2。', wrongCount: '请填写 1 到 99 的整数。', tags: '标签', partTagsHint: '检查具有其中任一标签时，推荐该部位。',
  deletePart: (name) => `删除${name}？`, deletePartHint: '之后不再提供选择；已有申请仍保留其名称。', deleteAll: '删除全部部位', deleteAllTitle: (count, name) => `删除“${name}”下的${count}？`, deleteCategory: (name) => `删除分类“${name}”？`, deleteCategoryHint: '该分类下没有部位。', deleted: '已删除',
  addTag: '新增标签', editTag: '编辑标签', tag: '标签', noTags: '暂无标签', noTagsHint: '标签规定如何从影像信息中识别部位。', order: '顺序', rules: '规则', noRules: '没有规则，不会匹配任何检查', isFinal: '匹配后停止', isFinalHint: '序列匹配该标签后，不再尝试其下方的标签。', usedBy: '部位',
  earlier: (name) => `提前尝试 ${name}`, later: (name) => `延后尝试 ${name}`, deleteTag: (name) => `删除标签 ${name}？`, deleteTagHint: (count) => `使用该标签的${count}会保留。`, noSemicolon: '不含分号，最多 60 个字符。', tagOrderHint: '标签自上而下依次尝试。',
  addRule: '新增规则', removeRule: (number) => `移除规则 ${number}`, rulesHint: '满足任意一条即可，不区分大小写。', attribute: '属性', operator: '比较方式', value: '值', missingValue: '请填写值。', codesHint: '编码按代码、方案与代码（如 SCT:51185008）以及含义进行比较。',
  attributes: { BodyPartExamined: '检查部位', StudyDescription: '检查描述', SeriesDescription: '序列描述', ProtocolName: '协议名称', AnatomicRegionSequence: '解剖区域（编码）', ProcedureCodeSequence: '检查项目（编码）' },
  operators: { equals: '等于', contains: '包含', matches: '匹配表达式' },
  rule: (attribute, operator, value) => `${attribute} ${operator}“${value}”`,
  test: '用检查试验', testHint: '按上方当前的规则试验，无需先保存。', study: '检查', noStudies: '没有检查', try: '试验', chooseStudy: '请选择检查。', holds: (series) => `匹配该标签，共 ${series} 个序列`, holdsNot: '不匹配该标签', otherTags: '该检查的其他标签', says: '检查中的信息', suggests: '推荐的部位', nothingSaid: '没有上述属性。', needsStudies: '用检查试验需要查看检查的权限。', fits: (rule, found) => `${rule}：${found}`,
  import: '导入', importTitle: '导入部位', importHint: '请选择与导出格式一致的 .xlsx 表格。按设备类型、部位分类和部位名称合并；表格中没有的部位保持不变。', chooseFile: '选择表格', another: '更换表格', confirmImport: '导入', imported: '已导入', tooLarge: '文件超过 4 MB。',
  outcome: (created, changed, unchanged) => `新增 ${created} 个，修改 ${changed} 个，不变 ${unchanged} 个`, newCategories: '新的分类', newTags: '新的标签（无规则）', errors: (count) => `${count} 行无法导入，修正前不会导入任何内容。`, moreErrors: '还有更多错误。', row: '行', column: '列', problem: '问题', nothingNew: '表格中的内容均已存在。',
  columns: { deviceType: '设备类型', category: '部位分类', name: '部位名称', tags: '标签', partCount: '部位数' },
  problems: { missing: '未填写', tooLong: '超过 60 个字符或含有换行', unknownDeviceType: '没有该设备类型', badPartCount: '不是 1 到 99 的整数', badTag: '标签超过 60 个字符', tooManyTags: '超过 20 个标签', repeated: '与前面的行重复', formulaError: '公式出错' },
  unreadable: { oldExcel: '这是 .xls 表格或带密码的表格，请另存为不带密码的 .xlsx。', noSpreadsheet: '这不是 .xlsx 表格，或文件已损坏。', tooLarge: '内容超出部位列表的范围。', tooManyRows: '行数过多。', headings: '第一行须为导出时的表头：设备类型、部位分类、部位名称、标签、部位数。', noRows: '表头下没有内容。' },
  export: '导出', exportTitle: '导出部位', exportHint: '导出的 .xlsx 表格可原样再次导入。', all: '全选', none: '全不选', nothingToExport: '没有可导出的部位。',
}

const words = { en, 'zh-CN': zhCN }
export const useBodyPartWords = (): typeof en => useWords(words)

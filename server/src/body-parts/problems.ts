import { defineProblem } from '../platform/problem.ts'

export const noSuchPartCategory = defineProblem({ type: '/problems/no-such-part-category', status: 404, title: 'There is no such category of body parts' })
export const partCategoryInUse = defineProblem({ type: '/problems/part-category-in-use', status: 409, title: 'There are body parts in the category' })
export const otherPartCount = defineProblem({ type: '/problems/other-part-count', status: 409, title: 'Another number of body parts is there' })
export const noSuchBodyPart = defineProblem({ type: '/problems/no-such-body-part', status: 404, title: 'There is no such body part' })
export const noSuchPartTag = defineProblem({ type: '/problems/no-such-part-tag', status: 404, title: 'There is no such tag' })
export const invalidTagRule = defineProblem({ type: '/problems/invalid-tag-rule', status: 422, title: 'The rule cannot be as asked' })
export const unreadableSpreadsheet = defineProblem({ type: '/problems/unreadable-spreadsheet', status: 422, title: 'The spreadsheet cannot be read' })
export const partImportRefused = defineProblem({ type: '/problems/part-import-refused', status: 422, title: 'Rows of the spreadsheet cannot be imported' })

import { defineProblem } from '../platform/problem.ts'

export const noSuchShareLink = defineProblem({ type: '/problems/no-such-share-link', status: 404, title: 'There is no such share link' })
export const shareLinkClosed = defineProblem({ type: '/problems/share-link-closed', status: 410, title: 'The share link shows nothing any more' })
export const sharePasswordNeeded = defineProblem({ type: '/problems/share-password-needed', status: 403, title: 'The share link asks for a password' })
export const sharePasswordWrong = defineProblem({ type: '/problems/share-password-wrong', status: 403, title: 'The password of the share link is wrong' })

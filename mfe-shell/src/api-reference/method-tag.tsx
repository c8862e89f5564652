import { Tag } from 'antd'

const colours: Readonly<Record<string, string>> = { GET: 'processing', POST: 'success', PUT: 'warning', PATCH: 'warning', DELETE: 'error' }

/** The method of a request, in the colour everybody expects. */
export const MethodTag = ({ method }: { readonly method: string }) => <Tag color={colours[method] ?? 'default'} className="method">{method}</Tag>

import { Tag } from 'antd'

const colours: Readonly<Record<string, string>> = { GET: 'blue', POST: 'green', PUT: 'gold', PATCH: 'gold', DELETE: 'red' }

/** The method of a request, in the colour everybody expects. */
export const MethodTag = ({ method }: { readonly method: string }) => <Tag color={colours[method] ?? 'default'} className="method">{method}</Tag>

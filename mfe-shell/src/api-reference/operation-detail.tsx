import { Tag, Typography } from 'antd'
import type { ReactNode } from 'react'
import { useShellWords } from '../words/index.ts'
import { curl, needs, resolve, shapeOf, type Entry, type OpenApiDocument, type Schema } from './document.ts'
import { MethodTag } from './method-tag.tsx'

/** One operation: who may, what goes in, what comes out. */
export function OperationDetail({ entry, document }: { readonly entry: Entry; readonly document: OpenApiDocument }) {
  const { apiReference: words } = useShellWords()
  const { permission, isPublic } = needs(entry)
  return (
    <article>
      <h2><MethodTag method={entry.method} /> <span className="mono">{entry.path}</span></h2>
      <p>{entry.summary}{entry.description !== undefined && ` ${entry.description}`}</p>
      <p className="hint">{words.needs} {isPublic ? words.nothing : permission === undefined ? words.session : <Tag className="mono">{permission}</Tag>}</p>
      {entry.parameters && (
        <section>
          <h3>{words.parameters}</h3>
          <dl className="members">{entry.parameters.map(({ name, in: place, required = false, description, schema = {} }) => (
            <Member key={`${place} ${name}`} name={name} isRequired={required} note={place} shape={shapeOf(document, schema)} description={description ?? schema.description} />
          ))}</dl>
        </section>
      )}
      {entry.requestBody && <section><h3>{words.body}</h3><Content content={entry.requestBody.content} document={document} /></section>}
      <section>
        <h3>{words.answers}</h3>
        {Object.entries(entry.responses).map(([status, { description, content }]) => (
          <details key={status} open={status.startsWith('2')}>
            <summary><strong>{status}</strong> {description}</summary>
            {content && <Content content={content} document={document} />}
          </details>
        ))}
      </section>
      <section>
        <h3>{words.terminal}</h3>
        <Typography.Paragraph copyable={{ text: curl(entry, location.origin) }}><pre className="mono">{curl(entry, location.origin)}</pre></Typography.Paragraph>
      </section>
    </article>
  )
}

function Content({ content, document }: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>>; readonly document: OpenApiDocument }) {
  return Object.entries(content).map(([mediaType, { schema }]) => <div key={mediaType}><p className="hint mono">{mediaType}</p>{schema && <SchemaMembers schema={schema} document={document} />}</div>)
}

/** The members of an object; those that have members themselves are opened by a click. References may go round in circles, which opening one by one bears. */
function SchemaMembers({ schema: reference, document }: { readonly schema: Schema; readonly document: OpenApiDocument }) {
  const { name, schema } = resolve(document, reference)
  const { properties, required = [], items } = schema
  if (items && resolve(document, items).schema.properties) return <SchemaMembers schema={items} document={document} />
  if (!properties) return <p className="mono">{name !== undefined && `${name}: `}{shapeOf(document, schema)}</p>
  return (
    <>
      {name !== undefined && <p><strong>{name}</strong>{schema.description !== undefined && <span className="hint"> {schema.description}</span>}</p>}
      <dl className="members">{Object.entries(properties).map(([member, of]) => {
        const inner = resolve(document, of.items ?? of).schema
        return (
          <Member key={member} name={member} isRequired={required.includes(member)} shape={shapeOf(document, of)} description={of.description}>
            {inner.properties && <Nested schema={of.items ?? of} label={resolve(document, of.items ?? of).name ?? member} document={document} />}
          </Member>
        )
      })}</dl>
    </>
  )
}

function Nested({ schema, label, document }: { readonly schema: Schema; readonly label: string; readonly document: OpenApiDocument }) {
  const { apiReference: words } = useShellWords()
  return <details className="nested"><summary>{words.membersOf(label)}</summary><SchemaMembers schema={schema} document={document} /></details>
}

interface MemberProps { readonly name: string; readonly isRequired: boolean; readonly note?: string; readonly shape: string; readonly description?: string | undefined; readonly children?: ReactNode }

function Member({ name, isRequired, note, shape, description, children }: MemberProps) {
  const { apiReference: words } = useShellWords()
  return (
    <>
      <dt><span className="mono">{name}</span>{isRequired && <span className="hint"> {words.required}</span>}{note !== undefined && <span className="hint"> {note}</span>}</dt>
      <dd><span className="mono">{shape}</span>{description !== undefined && <span className="hint"> {description}</span>}{children}</dd>
    </>
  )
}

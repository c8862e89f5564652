import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons'
import { LoadingState, useLanguage, useProblemText } from '@isocenter/design-system'
import { Alert, Button, Modal } from 'antd'
import { useEffect, useState } from 'react'
import type { Node } from '../../../src/configuration/nodes.ts'
import type { NodeTest } from '../../../src/control/wire/state.ts'
import { ApiError, request } from '../api/client.ts'
import { useFailureText } from '../parts/failure-text.ts'
import { useConsoleWords } from '../words/index.ts'

/** Tries the line to a node while it is looked at, and says at which step it fails and why. */
export function NodeTestDialog({ node, onClose }: { readonly node: Node; readonly onClose: () => void }) {
  const { test: words, actions } = useConsoleWords()
  const problemText = useProblemText()
  const [result, setResult] = useState<NodeTest | ApiError>()

  const [attempt, setAttempt] = useState(1)

  useEffect(() => {
    const stop = new AbortController()
    const test = async () => {
      try {
        const answer = await request<NodeTest>('POST', `/nodes/${node.id}/test`, { signal: stop.signal })
        if (!stop.signal.aborted) setResult(answer)
      } catch (error) {
        if (stop.signal.aborted) return
        if (!(error instanceof ApiError)) throw error
        setResult(error)
      }
    }
    void test()
    return () => { stop.abort() }
  }, [node.id, attempt])

  const testAgain = () => {
    setResult(undefined)
    setAttempt(attempt + 1)
  }

  return (
    <Modal
      open
      title={words.title(node.name)}
      onCancel={onClose}
      footer={[
        <Button key="again" disabled={result === undefined} onClick={testAgain}>{words.again}</Button>,
        <Button key="close" type="primary" onClick={onClose}>{actions.close}</Button>,
      ]}
    >
      <div aria-live="polite">
        {result === undefined && <><p>{words.testing} …</p><LoadingState rows={3} /></>}
        {result instanceof ApiError && <Alert type="error" showIcon title={problemText(result)} />}
        {result !== undefined && !(result instanceof ApiError) && <TestResult result={result} />}
      </div>
    </Modal>
  )
}

function TestResult({ result }: { readonly result: NodeTest }) {
  const { test: words } = useConsoleWords()
  const { formats } = useLanguage()
  const failureText = useFailureText()
  return (
    <>
      <Alert
        type={result.succeeded ? 'success' : 'error'}
        showIcon
        title={result.succeeded ? words.succeeded : words.failedTitle}
        description={result.latencyMs !== undefined && words.latency(formats.milliseconds(result.latencyMs))}
      />
      <ol className="steps">
        {result.steps.map(({ name, milliseconds, failure }) => (
          <li key={name}>
            {failure ? <CloseCircleFilled className="bad" aria-hidden /> : <CheckCircleFilled className="good" aria-hidden />}
            <span>{words.steps[name]}{failure && <div className="hint">{failureText(failure)}</div>}</span>
            <span className="hint">{formats.milliseconds(milliseconds)}</span>
          </li>
        ))}
      </ol>
    </>
  )
}

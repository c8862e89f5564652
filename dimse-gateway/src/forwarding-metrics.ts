import type { Forwarding } from './forwarding/forwarding.ts'
import type { Metrics } from './platform/metrics.ts'

/** What waits, what was given up and who is out of reach, by node, for who watches over many gateways. */
export function measureForwarding(metrics: Metrics, forwarding: Pick<Forwarding, 'nodes' | 'counts'>): void {
  const ofEachNode = (name: string, help: string, value: (node: ReturnType<Forwarding['nodes']>[number]) => number): void => {
    metrics.gauge(name, help, () => new Map(forwarding.nodes().map((one) => [`node="${one.node.id}"`, value(one)])))
  }
  ofEachNode('gateway_node_waiting', 'Deliveries that wait or are being sent', ({ counts }) => counts.waiting + counts.sending)
  ofEachNode('gateway_node_waiting_bytes', 'Bytes of the deliveries that wait or are being sent', ({ counts }) => counts.waitingBytes)
  ofEachNode('gateway_node_failed', 'Deliveries given up until somebody retries them', ({ counts }) => counts.dead)
  ofEachNode('gateway_node_delivered', 'Deliveries made, of those still recorded', ({ counts }) => counts.delivered)
  ofEachNode('gateway_node_in_trouble', 'Whether the node cannot be reached or is failing', ({ trouble }) => (trouble ? 1 : 0))
  metrics.gauge('gateway_failed', 'Deliveries given up, those to removed nodes included', () => forwarding.counts().dead)
}

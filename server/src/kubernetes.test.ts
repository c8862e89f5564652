/** The manifests for Kubernetes against what the server really is: its settings, paths, times and image. */
import { readdirSync, readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'

const folder = new URL('../../docs/deploy/kubernetes/', import.meta.url)
const readText = (name: string) => readFileSync(new URL(name, folder), 'utf8')
const files = readdirSync(folder)

type Node = Readonly<Record<string, unknown>>
/** Every object of every manifest, with the file it is in; a mistake in the YAML throws. */
const objects = files.filter((name) => name.endsWith('.yaml')).flatMap((file) => parseAllDocuments(readText(file), { strict: true, uniqueKeys: true }).map((document) => {
  if (document.errors.length > 0) throw document.errors[0]!
  return { file, object: document.toJS() as Node }
}))

/** The value at a path such as `spec.template.spec.containers.0.image`. */
const at = (node: unknown, path: string): unknown => path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], node)
const ofKind = (kind: string): Node => {
  const found = objects.filter(({ object }) => object['kind'] === kind)
  expect(found.map(({ object }) => object['kind'])).toEqual([kind])
  return found[0]!.object
}
const environment = (name: string) => Object.fromEntries(readText(name).split('\n').filter((line) => line !== '').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))

test('there is what a service of several servers needs, and kustomization.yaml knows of all of it', () => {
  expect(objects.map(({ object }) => `${String(object['apiVersion'])} ${String(object['kind'])}`).sort()).toEqual([
    'apps/v1 Deployment', 'autoscaling/v2 HorizontalPodAutoscaler', 'batch/v1 Job', 'kustomize.config.k8s.io/v1beta1 Kustomization',
    'networking.k8s.io/v1 Ingress', 'policy/v1 PodDisruptionBudget', 'v1 Service',
  ])
  const listed = at(ofKind('Kustomization'), 'resources') as string[]
  expect([...listed, 'kustomization.yaml'].sort()).toEqual(files.filter((name) => name.endsWith('.yaml')).sort())
})

test('the settings given are ones the server has, and it starts with them', () => {
  const env = { ...environment('settings.example.env'), ...environment('secrets.example.env') }
  const known = new Set(readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').match(/^#[A-Z0-9_]+(?==)/gm)?.map((name) => name.slice(1)))
  expect(Object.keys(env).filter((name) => !known.has(name))).toEqual([])
  const config = readConfig(env)
  expect([config.BLOB_STORE, config.HOST]).toEqual(['s3', '0.0.0.0'])
})

test('no secret is among the settings', () => {
  expect(Object.keys(environment('settings.example.env')).filter((name) => /SECRET|PASSWORD|ACCESS_KEY|DATABASE_URL|TOKEN/.test(name))).toEqual([])
})

describe('the Deployment', () => {
  const pod = at(ofKind('Deployment'), 'spec.template.spec')
  const [container] = at(pod, 'containers') as [Node]

  test('asks the paths that exist: life of the process alone, readiness of what it depends on', () => {
    expect(['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => at(container, `${probe}.httpGet.path`))).toEqual(['/healthz', '/healthz', '/readyz'])
    // The readiness checks themselves take up to 3 seconds.
    expect(at(container, 'readinessProbe.timeoutSeconds')).toBeGreaterThan(3)
  })

  test('leaves a server longer to end than it takes', () => {
    const stopWithinSeconds = Number(/stopWithinMs = (\d+)_000/.exec(readFileSync(new URL('main.ts', import.meta.url), 'utf8'))?.[1])
    const preStopSeconds = Number((at(container, 'lifecycle.preStop.exec.command') as string[])[1])
    expect(stopWithinSeconds).toBe(30)
    expect(at(pod, 'terminationGracePeriodSeconds')).toBeGreaterThan(stopWithinSeconds + preStopSeconds)
  })

  test('listens where the Service and the probes look, and writes where it may', () => {
    expect(String(at(container, 'ports.0.containerPort'))).toBe(environment('settings.example.env')['PORT'])
    expect(at(ofKind('Service'), 'spec.ports.0.targetPort')).toBe(at(container, 'ports.0.name'))
    const mounts = (at(container, 'volumeMounts') as Node[]).map((mount) => String(mount['mountPath']))
    expect(mounts).toContain(environment('settings.example.env')['DATA_DIR'])
    expect(mounts.some((path) => environment('settings.example.env')['SIGNING_KEYS_FILE']?.startsWith(`${path}/`))).toBe(true)
  })

  test('leaves the number of servers to the autoscaler', () => {
    expect(at(ofKind('Deployment'), 'spec.replicas')).toBeUndefined()
    expect(at(ofKind('HorizontalPodAutoscaler'), 'spec.scaleTargetRef')).toMatchObject({ kind: 'Deployment', name: at(ofKind('Deployment'), 'metadata.name') })
    expect(at(ofKind('HorizontalPodAutoscaler'), 'spec.minReplicas')).toBeGreaterThan(1)
  })
})

test('everything selects the pods of the servers, and none of the migration', () => {
  const labels = at(ofKind('Deployment'), 'spec.template.metadata.labels')
  for (const selector of [at(ofKind('Deployment'), 'spec.selector.matchLabels'), at(ofKind('Service'), 'spec.selector'), at(ofKind('PodDisruptionBudget'), 'spec.selector.matchLabels')]) expect(selector).toEqual(labels)
  expect(at(ofKind('Job'), 'spec.template.metadata.labels')).not.toEqual(labels)
})

test('the migration runs what the image has', () => {
  expect(at(ofKind('Job'), 'spec.template.spec.containers.0.command')).toEqual(['node', 'migrations/src/main.ts'])
})

test('nothing runs as root, or may become it', () => {
  for (const kind of ['Deployment', 'Job']) {
    expect(at(ofKind(kind), 'spec.template.spec.securityContext.runAsNonRoot')).toBe(true)
    expect(at(ofKind(kind), 'spec.template.spec.containers.0.securityContext')).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } })
  }
})

test('the Ingress streams bodies both ways, and waits at least as long as the server does', () => {
  const annotations = at(ofKind('Ingress'), 'metadata.annotations') as Record<string, string>
  const of = (name: string) => annotations[`nginx.ingress.kubernetes.io/${name}`]
  expect([of('proxy-body-size'), of('proxy-request-buffering'), of('proxy-buffering')]).toEqual(['0', 'off', 'off'])
  const { HTTP_IDLE_TIMEOUT_MS } = readConfig({ DATABASE_URL: 'postgres://' })
  for (const name of ['proxy-read-timeout', 'proxy-send-timeout']) expect(Number(of(name)) * 1000).toBeGreaterThan(HTTP_IDLE_TIMEOUT_MS)
  expect((at(ofKind('Ingress'), 'spec.rules') as Node[]).flatMap((rule) => at(rule, 'http.paths') as Node[]).map((path) => path['path'])).toEqual([
    '/dicom-web', '/wado', '/api', '/.well-known', '/', '/apps', '/viewer', '/service-worker.js', '/o', '/s', '/me', '/workbench', '/notifications', '/sign-in', '/reset-password', '/sign',
  ])
})

import { Type, type Static, type TProperties, type TSchema } from 'typebox'
import { Value } from 'typebox/value'

const mebibytes = 1024 ** 2
const gibibytes = 1024 ** 3

/** Every setting, its default and what it means: the one place that is read and the text `.env.example` is printed from. */
const Env = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', description: 'address to listen on; 0.0.0.0 for all interfaces' }),
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65535, description: 'HTTP port; 0 picks a free one' }),
  DATA_DIR: Type.String({ default: './data', minLength: 1, description: 'folder for everything kept on this machine: keys, and blobs where BLOB_STORE is fs' }),
  PUBLIC_URL: Type.Optional(Type.String({ pattern: '^https?://[^/?#]+$', description: 'address users reach the server at, scheme and host only; without it the Host of each request is used' })),
  TLS_CERT_FILE: Type.Optional(Type.String({ minLength: 1, description: 'certificate with those above it, PEM: serves HTTPS, with HTTP/2; read at start' })),
  TLS_KEY_FILE: Type.Optional(Type.String({ minLength: 1, description: 'key of the certificate, PEM' })),
  TRUST_PROXY: Type.Boolean({ default: false, description: 'believe X-Forwarded-* headers: only behind a proxy of your own' }),
  DATABASE_URL: Type.String({ minLength: 1, description: 'Postgres connection string; npm start brings its own Postgres where this is unset' }),
  DATABASE_POOL_SIZE: Type.Integer({ default: 10, minimum: 2, maximum: 200, description: 'most connections to Postgres of one server process' }),
  DATABASE_STATEMENT_TIMEOUT_MS: Type.Integer({ default: 30_000, minimum: 100, description: 'longest one search may run' }),
  BLOB_STORE: Type.Union([Type.Literal('fs'), Type.Literal('s3')], { default: 'fs', description: 'where DICOM objects are kept: fs (DATA_DIR/blobs) or s3' }),
  S3_ENDPOINT: Type.Optional(Type.String({ pattern: '^https?://', description: 'address of an S3 service other than AWS' })),
  S3_REGION: Type.String({ default: 'us-east-1', description: 'region of the bucket' }),
  S3_BUCKET: Type.Optional(Type.String({ minLength: 3, description: 'bucket; needed where BLOB_STORE is s3' })),
  S3_PREFIX: Type.String({ default: '', description: 'put before every key, so that a bucket can be shared' }),
  S3_ACCESS_KEY_ID: Type.Optional(Type.String({ description: "access key; without it the SDK's own chain (instance role …) is used" })),
  S3_SECRET_ACCESS_KEY: Type.Optional(Type.String({ description: 'secret of the access key' })),
  S3_FORCE_PATH_STYLE: Type.Boolean({ default: false, description: 'bucket in the path instead of the host name: MinIO, Ceph' }),
  S3_SSE: Type.Optional(Type.Union([Type.Literal('AES256'), Type.Literal('aws:kms')], { description: 'encryption at rest asked of the service: AES256 or aws:kms' })),
  S3_SSE_KMS_KEY_ID: Type.Optional(Type.String({ description: 'key for aws:kms' })),
  SIGNING_KEYS_FILE: Type.Optional(Type.String({ description: 'JWKS with the private keys that sign tokens, shared by all server processes; DATA_DIR/secrets/signing-keys.json where unset' })),
  SIGNING_KEY_DAYS: Type.Optional(Type.Integer({
    minimum: 0,
    maximum: 3650,
    description: 'days a signing key signs before a new one follows it, 0 for never; 90 where unset, but never where SIGNING_KEYS_FILE is set, for each server might have a copy of its own',
  })),
  OIDC_TRUSTED_ORIGINS: Type.String({
    default: '',
    pattern: '^(https?://[^/,\\s]+(,\\s*https?://[^/,\\s]+)*)?$',
    description: 'origins of identity providers that may be at private addresses, and over plain HTTP, with commas between them; all others must be public and over HTTPS',
  }),
  SMTP_URL: Type.Optional(Type.String({ pattern: '^smtps?://', description: 'SMTP server for e-mail to people: smtp:// or smtps:// with user, password, host and port' })),
  MAIL_FROM: Type.Optional(Type.String({ minLength: 3, pattern: '@', description: 'address e-mail comes from; needed where SMTP_URL is set' })),
  SMS_WEBHOOK_URL: Type.Optional(Type.String({ pattern: '^https?://', description: 'where {messageId, to, text} is posted for every short message to a person' })),
  SMS_WEBHOOK_SECRET: Type.Optional(Type.String({ minLength: 16, description: 'key of the HMAC-SHA256 in X-Isocenter-Signature of those requests; needed where SMS_WEBHOOK_URL is set' })),
  NOTIFICATION_TRUSTED_ORIGINS: Type.String({
    default: '',
    pattern: '^(https?://[^/,\\s]+(,\\s*https?://[^/,\\s]+)*)?$',
    description: 'origins, with commas between them, of programs that are told of notifications and may be at private addresses or without TLS',
  }),
  TIME_ZONE: Type.String({ default: 'Asia/Shanghai', minLength: 1, description: 'IANA time zone of organisations that have not said where they are: when their day ends' }),
  CAPTCHA_BITS: Type.Integer({ default: 17, minimum: 0, maximum: 24, description: 'work of a captcha: a browser tries 2 to the power of this numbers, in the middle' }),
  SCREENS_DIR: Type.Optional(Type.String({ minLength: 1, description: 'folder with the built screens, one folder an application; dist/screens of this installation where unset' })),
  MANAGEMENT_SECOND_FACTOR: Type.Union(
    [Type.Literal('required'), Type.Literal('optional')],
    {
      default: 'required',
      description: 'whether who administers must have a second factor; optional asks those who have one, and is what npm start sets for its demonstration',
    },
  ),
  MANAGEMENT_GRACE_DAYS: Type.Integer({ default: 7, minimum: 0, maximum: 365, description: 'how long who administers may do so before a second factor is set up, from the first time on' }),
  MANAGEMENT_SECOND_FACTOR_MINUTES: Type.Integer({ default: 480, minimum: 5, maximum: 1440, description: 'how long a second factor that was given is good for administering' }),
  HTTP_IDLE_TIMEOUT_MS: Type.Integer({ default: 120_000, minimum: 1_000, description: 'longest a connection may stand still in the middle of a request or an answer; request headers have half a minute at most' }),
  LOG_LEVEL: Type.Union(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)), { default: 'info', description: 'fatal, error, warn, info, debug, trace or silent' }),
  STOW_MAX_INSTANCE_BYTES: Type.Integer({ default: 16 * gibibytes, minimum: mebibytes, description: 'largest instance accepted, bytes' }),
  STOW_MAX_REQUEST_BYTES: Type.Integer({ default: 64 * gibibytes, minimum: mebibytes, description: 'largest store request accepted, bytes' }),
  STOW_MAX_METADATA_BYTES: Type.Integer({ default: 32 * mebibytes, minimum: 64 * 1024, description: 'longest metadata of one store of metadata and bulk data, bytes; they are held in memory' }),
  UPLOADS_MAX_OPEN: Type.Integer({ default: 1_000, minimum: 1, description: 'most resumable uploads of one organisation that are not finished' }),
  QIDO_MAX_RESULTS: Type.Integer({ default: 5_000, minimum: 1, description: 'most results of one search answer; a Warning tells of the rest' }),
  QIDO_EMPTY_STATUS: Type.Union([Type.Literal('200'), Type.Literal('204')], { default: '200', description: 'status of a search that finds nothing: 200 with an empty list, or 204 as PS3.18 had it until 2025' }),
  DICOMWEB_STRICT: Type.Boolean({ default: false, description: 'answer 406 to a DICOMweb request without Accept, as PS3.18 has it, instead of taking it to accept anything' }),
  CORS_ORIGINS: Type.String({
    default: '',
    pattern: '^(\\*|https?://[^/,\\s]+(,\\s*https?://[^/,\\s]+)*)?$',
    description: 'origins whose pages may use the services, with commas between them, or * for all; none where unset',
  }),
  CODEC_THREADS: Type.Optional(Type.Integer({ minimum: 1, maximum: 128, description: 'threads that decode and encode frames; one a processor where unset' })),
  CODEC_TIMEOUT_MS: Type.Integer({ default: 30_000, minimum: 100, description: 'longest a codec may take for one frame' }),
  FRAME_CACHE_BYTES: Type.Integer({ default: 128 * mebibytes, minimum: 0, description: 'memory for frames made in another transfer syntax, bytes' }),
  AUDIT_KEPT_DAYS: Type.Optional(Type.Integer({ minimum: 183, description: 'how long the audit trail is kept, half a year at least; for ever where unset' })),
  AUDIT_SYSLOG_URL: Type.Optional(Type.String({
    pattern: '^(tls|udp)://[^/?#]+$',
    description: 'audit repository the trail is handed on to as DICOM audit messages: tls://host:6514, or udp://host:514, by which messages may get lost',
  })),
  AUDIT_SYSLOG_CA_FILE: Type.Optional(Type.String({ minLength: 1, description: "authorities the repository's certificate is checked by, PEM; the system's own where unset" })),
  AUDIT_SYSLOG_CERT_FILE: Type.Optional(Type.String({ minLength: 1, description: 'certificate this server shows the repository, PEM' })),
  AUDIT_SYSLOG_KEY_FILE: Type.Optional(Type.String({ minLength: 1, description: 'key of that certificate, PEM' })),
  AUDIT_SOURCE_ID: Type.String({ default: 'isocenter', pattern: '^[!-~]{1,64}$', description: 'AuditSourceID of DICOM audit messages: who this installation is to the repository' }),
  ATTACHMENT_MAX_BYTES: Type.Integer({ default: 200 * mebibytes, minimum: mebibytes, maximum: 4 * gibibytes, description: 'largest file that is added to a study, bytes' }),
  ATTACHMENT_SCANNER: Type.Optional(Type.String({
    pattern: '^(tcp://[^/:?#]+:[0-9]{1,5}|unix:/.+)$',
    description: 'malware scanner every file added to a study is shown to, speaking as clamd does (INSTREAM): tcp://host:3310 or unix:/path; where it does not answer, no file is taken',
  })),
  DELETED_PURGE_AFTER_DAYS: Type.Optional(Type.Integer({ minimum: 30, description: 'when deleted data is removed for good by itself, after a month at the earliest; only by two operators together where unset' })),
  DOWNLOAD_DIRECT_BYTES: Type.Integer({
    default: 256 * mebibytes,
    minimum: 0,
    description: 'up to so many stored bytes a download of studies is made while it is fetched; larger ones are made in the background and kept',
  }),
  DOWNLOAD_KEPT_HOURS: Type.Integer({ default: 48, minimum: 1, maximum: 720, description: 'how long a download can be fetched' }),
  DOWNLOAD_QUOTA_BYTES: Type.Integer({ default: 50 * gibibytes, minimum: mebibytes, description: 'most bytes the kept downloads of one person may have together' }),
  CHANGE_FEED_DAYS: Type.Integer({ default: 90, minimum: 1, description: 'how long the change feed tells of a change' }),
  DEFAULT_ORGANISATION: Type.String({ default: 'default', pattern: '^[a-z0-9][a-z0-9-]{0,62}$', description: 'short name of the organisation made on first start' }),
  DEMONSTRATION: Type.Optional(Type.Boolean({
    description: 'npm start makes a demonstration consortium with people to sign in as, where nobody has an account yet; unset: with its own Postgres only, and not where NODE_ENV is production. The server by itself never makes one',
  })),
  DEMONSTRATION_LANGUAGE: Type.Optional(Type.Union([Type.Literal('en'), Type.Literal('zh-CN')], { description: 'of the names in it, en or zh-CN; the language of the system npm start is run on where unset' })),
})

/** The settings of one server process. */
export type Config = Readonly<Static<typeof Env>>

/** All mistakes in the settings at once, one a line. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Reads the settings from the environment; an empty variable counts as unset.
 * @throws ConfigError naming every variable that is missing or wrong, never its value.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const candidate = Value.Convert(Env, Value.Default(Env, Value.Clean(Env, present))) as Config
  const mistakes = [...mistakesIn(candidate), ...togetherWrong(candidate)]
  if (mistakes.length > 0) throw new ConfigError(`The settings are wrong:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`)
  return Object.freeze(candidate)
}

/** One line a variable, said in its own words rather than in the validator's. */
function mistakesIn(candidate: Config): string[] {
  return Object.entries(Env.properties as TProperties)
    .filter(([name, schema]) => {
      const value = (candidate as Record<string, unknown>)[name]
      return value === undefined ? !isOptional(schema) : !Value.Check(schema, value)
    })
    .map(([name, schema]) => `${name} ${name in candidate ? 'cannot be used' : 'is missing'}: ${describe(schema)}`)
}

function togetherWrong(candidate: Config): string[] {
  const mistakes: string[] = []
  if (candidate.BLOB_STORE === 's3' && candidate.S3_BUCKET === undefined) mistakes.push('S3_BUCKET is missing: BLOB_STORE is s3')
  if ((candidate.S3_ACCESS_KEY_ID === undefined) !== (candidate.S3_SECRET_ACCESS_KEY === undefined)) mistakes.push('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together')
  if ((candidate.TLS_CERT_FILE === undefined) !== (candidate.TLS_KEY_FILE === undefined)) mistakes.push('TLS_CERT_FILE and TLS_KEY_FILE go together')
  if ((candidate.SMTP_URL === undefined) !== (candidate.MAIL_FROM === undefined)) mistakes.push('SMTP_URL and MAIL_FROM go together')
  if ((candidate.SMS_WEBHOOK_URL === undefined) !== (candidate.SMS_WEBHOOK_SECRET === undefined)) mistakes.push('SMS_WEBHOOK_URL and SMS_WEBHOOK_SECRET go together')
  if ((candidate.AUDIT_SYSLOG_CERT_FILE === undefined) !== (candidate.AUDIT_SYSLOG_KEY_FILE === undefined)) mistakes.push('AUDIT_SYSLOG_CERT_FILE and AUDIT_SYSLOG_KEY_FILE go together')
  return mistakes
}

const isOptional = (schema: TSchema) => '~optional' in schema
const describe = (schema: TSchema) => (schema as { description?: string }).description ?? ''

/** The text of `.env.example`: every variable with its meaning and default, commented out. */
export function exampleEnv(): string {
  const lines = Object.entries(Env.properties as TProperties).map(([name, schema]) => {
    const fallback = (schema as { default?: string | number | boolean }).default
    return `# ${describe(schema)}\n#${name}=${fallback === undefined ? '' : String(fallback)}\n`
  })
  return `# Settings of the Isocenter server. Printed by: npm run env:example\n\n${lines.join('\n')}`
}

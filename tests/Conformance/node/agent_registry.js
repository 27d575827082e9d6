// A client of a schema registry for Node.js: @kafkajs/confluent-schema-registry. Its address, with user and password where there
// are any, is the first argument. Encoded values are base64; bytes within values are {"bytes": base64}.
'use strict'
const { SchemaRegistry, SchemaType } = require('@kafkajs/confluent-schema-registry')
const { pack, unpack, serve } = require('./agent')

const url = new URL(process.argv[2])
const auth = url.username ? { username: url.username, password: decodeURIComponent(url.password) } : undefined
const registry = new SchemaRegistry({ host: url.origin, auth, retry: { retries: 0 } })

const plain = value => {
  if (Buffer.isBuffer(value)) return { bytes: pack(value) }
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}

const full = value => {
  if (Array.isArray(value)) return value.map(full)
  if (value === null || typeof value !== 'object') return value
  if (typeof value.bytes === 'string' && Object.keys(value).length === 1) return unpack(value.bytes)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, full(inner)]))
}

serve({
  register: async ({ subject, schema, compatibility, references }) =>
    (await registry.register({ type: SchemaType.AVRO, schema, references }, { subject, compatibility })).id,
  latest: async ({ subject }) => registry.getLatestSchemaId(subject),
  find: async ({ subject, schema }) => registry.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema }),
  version: async ({ subject, version }) => registry.getRegistryId(subject, version),
  encode: async ({ id, value }) => pack(await registry.encode(id, full(value))),
  decode: async ({ data }) => plain(await registry.decode(unpack(data))),
})

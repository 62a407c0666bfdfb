// GraphiQL with its workers, and what draws charts, into one folder: plain files that the server sends as they are, with
// what gzip and brotli make of them beside them.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const outdir = join(here, '..', 'api', 'bundled')
const shared = { bundle: true, minify: true, legalComments: 'linked', target: 'es2022', logLevel: 'warning', define: { 'process.env.NODE_ENV': '"production"' } }

await rm(outdir, { recursive: true, force: true })
await build({ ...shared, absWorkingDir: here, entryPoints: { graphiql: 'graphiql.jsx' }, outdir, format: 'esm', jsx: 'automatic', loader: { '.ttf': 'file' }, assetNames: '[name]' })
await build({ ...shared, absWorkingDir: here, entryPoints: { charts: 'charts.js', portal: 'portal.js' }, outdir, format: 'esm' })
await build({
  ...shared,
  absWorkingDir: here,
  entryPoints: {
    'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
  },
  outdir,
  format: 'iife',
})

for (const name of await readdir(outdir)) {
  const path = join(outdir, name)
  const content = await readFile(path)
  if (name.endsWith('.txt')) continue
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }))
  await writeFile(`${path}.br`, await promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
}

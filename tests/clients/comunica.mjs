// Answers queries by Comunica: a JSON object a line in, one a line out, until the input ends.
//
// In: {engine, query, sources}.  Engines: `usual` is Comunica as it comes; `planning` (planning.json) knows an
// endpoint by its service description alone, not by the end of its URL, and plans by what VoID says there.
// Out: {content, queries, types}, or {error, queries, types}: `content` is a result as JSON, or a graph as N-Quads;
// `queries` are those that were sent, null for a request without one; `types` are the media types of the answers.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { QueryEngine } from '@comunica/query-sparql';

const compiled = createRequire(import.meta.url)('./node_modules/planning.cjs');
const engines = { usual: new QueryEngine(), planning: new QueryEngine(compiled()) };

async function answer(engine, query, sources, fetch) {
  await engine.invalidateHttpCache();
  const result = await engine.query(query, { sources, fetch });
  const isGraph = result.resultType === 'quads';
  const form = isGraph ? 'application/n-quads' : 'application/sparql-results+json';
  const { data } = await engine.resultToString(result, form);
  let content = '';
  for await (const chunk of data) content += chunk;
  return content;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { engine, query, sources } = JSON.parse(line);
  const queries = [], types = [];
  const recording = async (url, options) => {
    const response = await fetch(url, options);
    const method = options?.method ?? 'GET';
    const form = new URLSearchParams(method === 'POST' ? `${options.body}` : new URL(url).search);
    types.push(response.headers.get('content-type'));
    queries.push(method === 'QUERY' ? options.body : form.get('query'));
    return response;
  };
  let told;
  try {
    told = { content: await answer(engines[engine], query, sources, recording), queries, types };
  } catch (error) {
    told = { error: `${error}`, queries, types };
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

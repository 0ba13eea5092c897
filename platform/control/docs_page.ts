/**
 * A page to read about REST and to try it, which needs nothing but itself.
 *
 * @module
 */

import type { Json } from "./openapi.ts";

/** What the page shows of an operation. */
interface Operation {
  readonly verb: string;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly {
    name: string;
    in: string;
    description?: string;
    schema: { type?: string; enum?: string[] };
  }[];
  readonly body: string | undefined;
  readonly isStream: boolean;
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0 } h2 { margin-top: 2rem } code, pre, input, .path { font-family: ui-monospace, monospace; font-size: 13px }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0 } details[open] { background: var(--soft) }
summary { cursor: pointer; padding: .5rem .8rem } details > div { padding: 0 .8rem .8rem }
.verb { display: inline-block; min-width: 4.2rem; font-weight: 600 } .what { float: right; opacity: .75 }
.GET { color: #0a7cc4 } .POST { color: #2c8a3c } .DELETE { color: #c43a2f }
table { border-collapse: collapse; width: 100% } td { padding: .2rem .6rem .2rem 0; vertical-align: top } td:first-child { white-space: nowrap }
input, textarea { width: 100%; box-sizing: border-box; padding: .2rem .4rem } td input { min-width: 12rem }
pre { overflow: auto; max-height: 24rem; border: 1px solid var(--line); border-radius: 6px; padding: .6rem; white-space: pre-wrap; word-break: break-all }
button { padding: .25rem 1rem; margin: .6rem .4rem 0 0 }
`;

const SCRIPT = `
"use strict";
const token = document.getElementById("token");
for (const form of document.querySelectorAll("form[data-path]")) {
  const out = form.querySelector("pre");
  let stop;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    stop?.abort();
    stop = new AbortController();
    let path = form.dataset.path;
    const query = new URLSearchParams();
    for (const input of form.querySelectorAll("input[data-in]")) {
      if (input.dataset.in === "path") path = path.replace("{" + input.name + "}", encodeURIComponent(input.value));
      else if (input.value !== "") query.append(input.name, input.value);
    }
    const url = path + (query.size > 0 ? "?" + query : "");
    const headers = token.value === "" ? {} : { authorization: "Bearer " + token.value };
    const area = form.querySelector("textarea");
    const body = area?.value || undefined;
    if (body !== undefined) headers["content-type"] = "application/json";
    out.hidden = false;
    out.textContent = form.dataset.verb + " " + url + "\\n";
    try {
      const response = await fetch(url, { method: form.dataset.verb, headers, body, signal: stop.signal });
      out.textContent += response.status + " " + response.statusText + "\\n\\n";
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        if (form.dataset.stream !== undefined) out.textContent += value;
        else text += value;
      }
      if (text !== "") {
        try { text = JSON.stringify(JSON.parse(text), undefined, 2); } catch { /* It is no JSON. */ }
        out.textContent += text;
      }
    } catch (error) {
      out.textContent += "\\n" + error.message;
    }
  });
  form.querySelector("button[type=button]")?.addEventListener("click", () => stop?.abort());
}
`;

/**
 * Writes a document as a page.
 *
 * @param document What `openApi` has made.
 * @returns The page, in HTML.
 */
export function docsPage(document: Json): string {
  const { title, version, description } = document.info as Record<
    string,
    string
  >;
  const operations = operationsOf(document);
  const tags = document.tags as { name: string; description: string }[];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title!)}</title><style>${STYLE}</style></head><body>
<h1>${escape(title!)}</h1>
<p>Version ${escape(version!)}. ${escape(description!)}
The same for programs: <a href="/openapi.json">openapi.json</a>.</p>
<label>Token, if one is needed; it stays in this page
<input id="token" type="password" autocomplete="off"></label>
${tags.map((tag) => section(tag, operations)).join("")}
<script>${SCRIPT}</script></body></html>
`;
}

function section(
  tag: { readonly name: string; readonly description: string },
  operations: readonly Operation[],
): string {
  const own = operations.filter((operation) => operation.tag === tag.name);
  return `<h2>${escape(tag.name)}</h2><p>${escape(tag.description)}</p>${
    own.map(block).join("")
  }`;
}

function block(operation: Operation): string {
  const { verb, path, summary, description, body, isStream } = operation;
  const attributes = `data-verb="${verb}" data-path="${escape(path)}"${
    isStream ? " data-stream" : ""
  }`;
  return `
<details><summary><span class="verb ${verb}">${verb}</span><span class="path">${
    escape(path)
  }</span><span class="what">${escape(summary)}</span></summary><div>
<p>${escape(description)}</p><form ${attributes}>${parameters(operation)}${
    body === undefined
      ? ""
      : `<label>Body<textarea rows="3">${escape(body)}</textarea></label>`
  }<button>Send</button>${
    isStream ? '<button type="button">Stop</button>' : ""
  }<pre hidden></pre></form></div></details>`;
}

function parameters({ parameters }: Operation): string {
  if (parameters.length === 0) return "";
  const rows = parameters.map((parameter) => {
    const { name, description = "", schema } = parameter;
    const hint = schema.enum?.join(", ") ?? schema.type ?? "";
    const required = parameter.in === "path" ? " required" : "";
    return `<tr><td><code>${escape(name)}</code></td><td><input name="${
      escape(name)
    }" data-in="${parameter.in}" placeholder="${
      escape(hint)
    }"${required}></td><td>${escape(description)}</td></tr>`;
  });
  return `<table>${rows.join("")}</table>`;
}

function operationsOf(document: Json): Operation[] {
  const paths = document.paths as Record<string, Record<string, Json>>;
  return Object.entries(paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]): Operation => ({
      verb: verb.toUpperCase(),
      path,
      tag: (operation.tags as string[])[0]!,
      summary: operation.summary as string,
      description: operation.description as string ?? "",
      parameters: operation.parameters as Operation["parameters"] ?? [],
      body: operation.requestBody === undefined ? undefined : "{}",
      isStream: JSON.stringify(operation.responses).includes(
        "text/event-stream",
      ),
    }))
  );
}

/** Text that means nothing to HTML. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Own pages of the stand-ins: escaped, without scripts, framed by nobody. */
import type { Answer } from './answer.js';

/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

type Fragment = string | number | Html | readonly Html[];

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '');

function written(fragment: Fragment): string {
  if (typeof fragment === 'string') return escape(fragment);
  if (typeof fragment === 'number') return String(fragment);
  return 'html' in fragment ? fragment.html : fragment.map(({ html: inner }) => inner).join('');
}

/** Tagged template: what is put in is escaped unless it is Html. */
export function html(parts: TemplateStringsArray, ...fragments: readonly Fragment[]): Html {
  return { html: parts.map((part, at) => part + written(fragments[at] ?? '')).join('') };
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem;border-bottom:1px solid #ccc}
form{margin:.5rem 0}label{display:block;margin:.5rem 0}input{font:inherit;width:100%;box-sizing:border-box}
textarea{font:inherit;width:100%;box-sizing:border-box}[type=checkbox]{width:auto}
button{font:inherit;padding:.3rem .8rem}pre,code{white-space:pre-wrap}pre,code,td{overflow-wrap:anywhere}
.error{border-left:4px solid #b00;padding-left:1rem}`;

export function page(title: string, content: Html, status = 200): Answer {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} - stand-in</title>
        <style>
          ${{ html: style }}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`;
  return {
    status,
    headers: {
      'Content-Type': 'text/html;charset=UTF-8',
      'Cache-Control': 'no-store',
      'X-Frame-Options': 'SAMEORIGIN',
      'Content-Security-Policy': "frame-ancestors 'self'",
    },
    body: document.html,
  };
}

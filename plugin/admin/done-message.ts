/** What a page says after a form has sent the browser back to it. Only these sentences: the URL is anybody's to make. */
const messages: Readonly<Record<string, string>> = {
  saved: 'The changes are saved.',
  linked: 'The applications are linked, and the link was tested.',
  deleted: 'The link is deleted, and everything that users had allowed through it is revoked.',
  replaced: 'It is replaced. What was there before is refused from now on.',
  rotated: 'A new key is made. New links get it; the others go on with the key that their peer holds.',
  'key-same': 'It shows the key that is trusted already; nothing has changed.',
  'key-offered': 'It shows another key than the one that is trusted: decide below.',
  'held-read': 'The other side was asked; our key below is the one that it holds.',
  'held-unknown':
    'The other side did not tell which of our keys it holds. Your account there has to be an administrator’s.',
  revoked: 'The access is revoked.',
  disconnected: 'The account is disconnected.',
  'all-revoked': 'All of the access is revoked.',
  'none-revoked': 'There was nothing to revoke.',
};

export function doneMessage(query: URLSearchParams): string | undefined {
  const name = query.get('done') ?? '';
  return Object.hasOwn(messages, name) ? messages[name] : undefined;
}

/* Copy buttons, which stay hidden without JavaScript, and warnings whose time comes while a page is open. */

/** The clipboard API is there on https only; many installations inside a company are plain http. */
async function copy(source) {
  const text = source.textContent.trim();
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  getSelection().selectAllChildren(source);
  if (!document.execCommand('copy')) throw new Error('The browser refused to copy.');
}

for (const button of document.querySelectorAll('button[data-copy]')) {
  const [label] = button.childNodes;
  const say = (text) => {
    label.data = text;
    setTimeout(() => {
      label.data = 'Copy';
    }, 2000);
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    copy(document.getElementById(button.dataset.copy)).then(
      () => say('Copied'),
      () => say('Select the value and copy it by hand'),
    );
  });
}

for (const warning of document.querySelectorAll('[data-reveal-after]')) {
  setTimeout(() => {
    warning.hidden = false;
  }, Number(warning.dataset.revealAfter));
}

/* What another application has just done shows itself, while the page is looked at. */
for (const panel of document.querySelectorAll('[data-live]')) {
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(panel.dataset.live).catch(() => undefined);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.getElementById(panel.id);
    if (fresh && fresh.innerHTML !== panel.innerHTML) panel.innerHTML = fresh.innerHTML;
  }, 3000);
}

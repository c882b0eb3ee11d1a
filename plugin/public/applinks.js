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

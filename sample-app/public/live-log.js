/* Appends what a running build writes. The browser reconnects by itself, with the offset of the last event. */
const log = document.getElementById('log');
const source = new EventSource(log.dataset.events);
const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 40;

source.onmessage = ({ data }) => {
  const follow = isAtEnd();
  log.append(JSON.parse(data));
  if (follow) log.scrollTop = log.scrollHeight;
};
source.addEventListener('end', () => {
  source.close();
  location.reload();
});
log.scrollTop = log.scrollHeight;

/** The script of the page of the fleet: the live page, and a search while the reader types. */
import { follow, start } from '../../page/client/live-page.js';

/** Milliseconds after the last key until the search. */
const TYPING = 200;

const form = document.getElementById('find');
const input = form?.querySelector('input');

function search(text: string): void {
  const query = text === '' ? '' : `q=${encodeURIComponent(text)}`;
  history.replaceState(null, '', query === '' ? location.pathname : `?${query}`);
  follow(`?format=events${query && `&${query}`}`);
}

if (form && input) {
  let searched = input.value.trim();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const searchNow = (): void => {
    clearTimeout(timer);
    const text = input.value.trim();
    if (text === searched) return;
    searched = text;
    search(text);
  };
  form.hidden = false;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(searchNow, TYPING);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    searchNow();
  });
}
start();

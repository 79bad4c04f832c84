/**
 * The script of the page. It draws nothing by itself: the server sends the parts that have changed as it would have
 * written them into the page, and this puts them in place without touching what is the same, so that focus, scroll
 * position and unfolded checks stay as they are.
 */
import { formatAge } from '../age.js';
import type { PageUpdate } from '../page-update.js';

/** Milliseconds before a stream that the server has refused is asked for again: at first, and at most. */
const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 30_000;
/** How old a page is, in milliseconds, before it loads itself anew. */
const RELOAD_AFTER = 20_000;

const { events = '', build = '', now: madeAt = '0', stale: staleIcon = '' } = document.body.dataset;
const element = (id: string): HTMLElement | null => document.getElementById(id);

let heartbeat = 15_000;
let clockOffset = Number(madeAt) - Date.now();
let lastHeard = Date.now();
let isLive = false;
let pause = FIRST_PAUSE;
let title = document.title;
let icon = element('icon')?.getAttribute('href') ?? '';
let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;

/** Makes a node like another one, keeping whatever is the same. What a reader has unfolded stays so. */
function morph(node: Element, like: Element): void {
  for (const name of node.getAttributeNames()) {
    if (name !== 'open' && !like.hasAttribute(name)) node.removeAttribute(name);
  }
  for (const { name, value } of like.attributes) {
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
  const wanted = [...like.childNodes];
  for (const [index, child] of wanted.entries()) {
    const present = node.childNodes[index];
    if (present === undefined) node.append(child);
    else if (present instanceof Element && child instanceof Element && present.tagName === child.tagName) {
      morph(present, child);
    } else if (present instanceof Text && child instanceof Text) {
      if (present.data !== child.data) present.data = child.data;
    } else present.replaceWith(child);
  }
  while (node.childNodes.length > wanted.length) node.lastChild?.remove();
}

function parse(markup: string): Element | null {
  const template = document.createElement('template');
  template.innerHTML = markup;
  return template.content.firstElementChild;
}

function apply({ parts, order }: PageUpdate): void {
  const list = element('checks');
  for (const [id, markup] of Object.entries(parts)) {
    const like = parse(markup);
    const present = element(id);
    if (!like) continue;
    if (present) morph(present, like);
    else if (order.includes(id)) list?.append(like);
  }
  if (list) arrange(list, order);
}

/** Moving an element takes the focus away from it, so only what is elsewhere is moved. */
function arrange(list: Element, order: readonly string[]): void {
  const focused = document.activeElement;
  for (const child of Array.from(list.children)) if (!order.includes(child.id)) child.remove();
  for (const [index, id] of order.entries()) {
    const child = element(id);
    const present = list.children[index] ?? null;
    if (child && child !== present) list.insertBefore(child, present);
  }
  if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

/** Nothing is announced by setting what is said already. */
function announce(text: string): void {
  const announcer = element('announcer');
  if (announcer) announcer.textContent = text;
}

function tell(): void {
  const stream = element('stream');
  if (!stream) return;
  const time = new Date(lastHeard + clockOffset).toISOString().slice(11, 19);
  stream.textContent = isLive ? 'live' : `not live: what you see is of ${time} UTC. Connecting again…`;
  document.documentElement.dataset['stream'] = isLive ? 'live' : 'stale';
  document.title = isLive ? title : `(not live) ${title}`;
  element('icon')?.setAttribute('href', isLive ? icon : staleIcon);
  tellAges();
}

function tellAges(): void {
  const now = Date.now() + clockOffset;
  for (const time of document.querySelectorAll('time')) {
    const isAge = 'age' in time.dataset;
    if (!isAge && !('for' in time.dataset)) continue;
    const age = formatAge(now - Date.parse(time.dateTime));
    const text = isAge ? `${age} ago` : `for ${age}`;
    if (time.textContent !== text) time.textContent = text;
    time.title = time.dateTime;
  }
}

function setLive(live: boolean): void {
  if (live !== isLive) {
    isLive = live;
    announce(live ? 'The page is live.' : 'The page is not live any more.');
  }
  tell();
}

function heard(now: number): void {
  lastHeard = Date.now();
  clockOffset = now - lastHeard;
  pause = FIRST_PAUSE;
}

function updated({ data }: MessageEvent<string>): void {
  const update = JSON.parse(data) as PageUpdate;
  // The service runs another version by now, whose parts this script may not understand. In the middle of a deploy the
  // page may come from one instance and the stream from the other, so it is not loaded again and again.
  if (update.build !== build) {
    if (performance.now() > RELOAD_AFTER) location.reload();
    else again();
    return;
  }
  heard(update.now);
  heartbeat = update.heartbeat;
  title = update.title;
  icon = update.icon;
  apply(update);
  setLive(true);
  if (update.announce.length > 0) announce(update.announce.join('. '));
}

function connect(): void {
  clearTimeout(retry);
  source?.close();
  source = new EventSource(events);
  source.addEventListener('update', updated);
  source.addEventListener('beat', ({ data }: MessageEvent<string>) => {
    heard(Number(data));
    setLive(true);
  });
  source.addEventListener('renew', connect);
  source.addEventListener('bye', again);
  source.addEventListener('error', () => {
    // While it is not closed, the browser tries again by itself.
    if (source?.readyState === EventSource.CLOSED) again();
    else setLive(false);
  });
}

/** Later and later: whoever refuses has a reason. */
function again(): void {
  source?.close();
  setLive(false);
  clearTimeout(retry);
  retry = setTimeout(connect, pause);
  pause = Math.min(LONGEST_PAUSE, pause * 2);
}

setInterval(() => {
  // A connection can be gone without anybody having been told, as when a laptop wakes up.
  if (isLive && Date.now() - lastHeard > heartbeat * 2.5) {
    setLive(false);
    connect();
  }
  tellAges();
}, 1000);
addEventListener('online', connect);
tellAges();
connect();

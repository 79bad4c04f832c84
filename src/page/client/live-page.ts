/**
 * The script that live pages share. The server sends the changed parts as HTML. The script merges them into the page and
 * leaves equal nodes untouched, so that focus, scroll position and expanded sections stay.
 */
import { formatAge } from '../age.js';
import type { PageUpdate } from '../live/page-update.js';
import { patched } from '../live/patch.js';
import { morph } from './morph.js';

/** Pause before the next connection after a refused stream, in milliseconds: the first one, and the longest. */
const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 30_000;
/** Minimum age of the page before it reloads for another version, in milliseconds. */
const RELOAD_AFTER = 20_000;

const {
  events: firstEvents = '',
  build = '',
  list: listId = '',
  now: renderedAt = '0',
  stale: staleIcon = '',
} = document.body.dataset;
const element = (id: string): HTMLElement | null => document.getElementById(id);

/** The texts of the parts. An update can refer to chunks of them. */
const texts = new Map<string, string>();
let events = firstEvents;
let heartbeat = 15_000;
let clockOffset = Number(renderedAt) - Date.now();
let lastEventAt = Date.now();
let isLive = false;
let pause = FIRST_PAUSE;
let title = document.title;
let icon = element('icon')?.getAttribute('href') ?? '';
let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;

function parse(markup: string): Element | null {
  const template = document.createElement('template');
  template.innerHTML = markup;
  return template.content.firstElementChild;
}

function apply({ parts, order }: PageUpdate): void {
  const focused = document.activeElement;
  const list = element(listId);
  for (const [id, part] of Object.entries(parts)) {
    const markup = patched(texts.get(id) ?? '', part);
    texts.set(id, markup);
    const target = parse(markup);
    const present = element(id);
    if (!target) continue;
    if (present) morph(present, target);
    else if (order.includes(id)) list?.append(target);
  }
  if (list) arrange(list, order);
  // An element that was moved has lost its focus.
  if (focused instanceof HTMLElement && focused.isConnected && focused !== document.activeElement) {
    focused.focus({ preventScroll: true });
  }
}

/** Moves elements at a wrong position only. */
function arrange(list: Element, order: readonly string[]): void {
  for (const child of Array.from(list.children)) if (!order.includes(child.id)) child.remove();
  for (const [index, id] of order.entries()) {
    const child = element(id);
    const present = list.children[index] ?? null;
    if (child && child !== present) list.insertBefore(child, present);
  }
}

/** Screen readers announce the text when it changes. */
function announce(text: string): void {
  const announcer = element('announcer');
  if (announcer) announcer.textContent = text;
}

function showStream(): void {
  const stream = element('stream');
  if (!stream) return;
  const time = new Date(lastEventAt + clockOffset).toISOString().slice(11, 19);
  stream.textContent = isLive ? 'live' : `not live: last update ${time} UTC. Reconnecting…`;
  document.documentElement.dataset['stream'] = isLive ? 'live' : 'stale';
  document.title = isLive ? title : `(not live) ${title}`;
  element('icon')?.setAttribute('href', isLive ? icon : staleIcon);
  showAges();
}

/** Undefined: the text does not change. */
function textOf({ dataset }: HTMLTimeElement, age: number): string | undefined {
  if ('age' in dataset) return `${formatAge(age)} ago`;
  if ('left' in dataset) return `${formatAge(-age)} left`;
  return 'for' in dataset ? `for ${formatAge(age)}` : undefined;
}

function showAges(): void {
  const now = Date.now() + clockOffset;
  for (const time of document.querySelectorAll('time')) {
    const text = textOf(time, now - Date.parse(time.dateTime));
    if (text === undefined) continue;
    if (time.textContent !== text) time.textContent = text;
    time.title = time.dateTime;
  }
}

function setLive(live: boolean): void {
  if (live !== isLive) {
    isLive = live;
    announce(live ? 'The page is live.' : 'The page is no longer live.');
  }
  showStream();
}

function syncClock(now: number): void {
  lastEventAt = Date.now();
  clockOffset = now - lastEventAt;
  pause = FIRST_PAUSE;
}

function updated({ data }: MessageEvent<string>): void {
  const update = JSON.parse(data) as PageUpdate;
  // The service runs another version, whose parts this script may not support. During a rolling deploy the page and the
  // stream may come from different instances, so a young page reconnects instead of reloading in a loop.
  if (update.build !== build) {
    if (performance.now() > RELOAD_AFTER) location.reload();
    else reconnectLater();
    return;
  }
  syncClock(update.now);
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
    syncClock(Number(data));
    setLive(true);
  });
  source.addEventListener('renew', connect);
  source.addEventListener('bye', reconnectLater);
  source.addEventListener('error', () => {
    // The browser reconnects by itself unless the stream is closed.
    if (source?.readyState === EventSource.CLOSED) reconnectLater();
    else setLive(false);
  });
}

/** Follows another stream from now on. Its first event contains all parts. */
export function follow(url: string): void {
  events = url;
  connect();
}

/** Reconnects after a pause that doubles with each attempt. */
function reconnectLater(): void {
  source?.close();
  setLive(false);
  clearTimeout(retry);
  retry = setTimeout(connect, pause);
  pause = Math.min(LONGEST_PAUSE, pause * 2);
}

/** Connects to the stream that the page names. */
export function start(): void {
  setInterval(() => {
    // A connection can be lost without an event, for example while a laptop sleeps.
    if (isLive && Date.now() - lastEventAt > heartbeat * 2.5) {
      setLive(false);
      connect();
    }
    showAges();
  }, 1000);
  addEventListener('online', connect);
  showAges();
  connect();
}

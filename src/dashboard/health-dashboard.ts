import type { HealthReport } from '../core/report.js';
import { RESULT } from '../extension/control-forms.js';
import type { EndpointResponse } from '../extension/endpoint-response.js';
import type { EndpointStream, FormatInput, HealthEndpoints } from '../extension/health-endpoints.js';
import type { HealthMonitor, LifecycleState } from '../extension/health-monitor.js';
import type { HealthPort } from '../extension/health-port.js';
import { type VisibleReport, project } from '../extension/visible-report.js';
import type { HealthRequest } from '../options/health-module-options.js';
import { queryParameters } from '../extension/query-parameters.js';
import type { HealthView } from '../options/view.js';
import type { DashboardSettings } from './dashboard-options.js';
import { HealthRecord, type Transition } from './health-record.js';
import { type PageKind, hasForms, pageKind, viewOf } from './page-kind.js';
import type { PageModel } from './render/model.js';
import { BUILD, PAGE_HEADERS, renderLivePage, renderStaticPage } from './render/page.js';
import { announcementOf, livePartsOf } from './render/parts.js';
import { EVENTS, FORMAT, PAGE } from './describe-dashboard.js';
import { iconUrl } from '../page/status-appearance.js';
import { LiveUpdates, type PageState } from '../page/live/live-updates.js';
import { streamResponse } from '../page/live/stream-response.js';

const DEEP = 'deep';

/** The parameter of the stream for pages that link to forms. */
const FORMS = 'forms';

/** The page of one application: its history, its responses, and its open pages. */
export class HealthDashboard {
  readonly live: LiveUpdates<PageKind>;
  readonly #settings: DashboardSettings;
  readonly #monitor: HealthMonitor;
  readonly #endpoints: HealthEndpoints;
  readonly #record: HealthRecord;
  readonly #onFault: (fault: unknown) => void;
  readonly #ends: readonly (() => void)[];
  #pendingAnnouncements: Transition[] = [];
  #refreshes: NodeJS.Timeout | undefined;
  #isRefreshing = false;

  /** Starts recording. `onFault` receives errors outside of a request. */
  constructor(
    settings: DashboardSettings,
    monitor: HealthMonitor,
    endpoints: HealthEndpoints,
    onFault: (fault: unknown) => void,
  ) {
    this.#settings = settings;
    this.#monitor = monitor;
    this.#endpoints = endpoints;
    this.#onFault = onFault;
    this.#record = new HealthRecord(settings.history, (transition) => this.#announce(transition));
    this.live = new LiveUpdates({
      heartbeat: settings.heartbeat,
      maxClients: settings.maxClients,
      build: BUILD,
      draw: (kind) => this.#draw(kind),
      announcements: () => this.#takeAnnouncements(),
      onFault,
    });
    this.#ends = [
      this.#record.listen(monitor),
      monitor.onRun(() => this.live.changed()),
      monitor.onOverride(() => this.live.changed()),
      monitor.onState((state) => this.#stateChanged(state)),
    ];
  }

  /** Adds the page and its stream to the endpoints. */
  install(): void {
    this.#endpoints.add({
      name: PAGE,
      access: 'deep',
      respond: (request, view, _format, port) => this.#respondWithPage(request, view, port),
    });
    if (this.#settings.events) {
      this.#endpoints.add({
        name: EVENTS,
        access: 'deep',
        respond: (request, view, _format, port) => this.#respondWithEvents(request, view, port),
      });
    }
    this.#endpoints.addFormat({
      ...FORMAT,
      headers: PAGE_HEADERS,
      isForBrowsers: true,
      format: (input) => this.#format(input),
    });
    const { instance } = this.#settings;
    this.#endpoints.forms?.linkFrom({ title: this.#titleOf(this.#monitor.peek(DEEP)), instance });
  }

  stop(): void {
    for (const end of this.#ends) end();
    clearInterval(this.#refreshes);
    this.live.close();
  }

  async #respondWithPage({ url }: HealthRequest, view: HealthView, port: HealthPort): Promise<EndpointResponse> {
    const { refresh } = this.#settings;
    // A slash at the end, which Express ignores, changes the base of relative links. All pages of a kind get the same updates.
    const [path = ''] = url.split('?', 1);
    const base = path.endsWith('/') ? '../' : '';
    const kind = pageKind(view, base === '' && this.#hasForms(port));
    const report = refresh === false ? this.#monitor.peek(DEEP) : await this.#endpoints.report(DEEP);
    return {
      statusCode: 200,
      contentType: 'text/html; charset=utf-8',
      headers: PAGE_HEADERS,
      body: this.#render(this.#modelOf(DEEP, project(report, view), kind, Date.now()), (model) =>
        renderLivePage({ ...model, result: this.#resultIn(url, kind) }, this.#eventsAt(base, kind)),
      ),
    };
  }

  #format({ name, report, view, base, port }: FormatInput): string {
    // All pages of a kind get the same updates, so links are relative to the same URL.
    const kind = pageKind(view, base === '' && name === DEEP && this.#hasForms(port));
    const model = this.#modelOf(name, report, kind, Date.now());
    return this.#render(model, (checked) => {
      if (base === undefined)
        return name === DEEP ? renderLivePage(checked, undefined) : renderStaticPage(checked, undefined);
      return name === DEEP
        ? renderLivePage(checked, this.#eventsAt(base, kind))
        : renderStaticPage(checked, `${base}${PAGE}`);
    });
  }

  /** A rendering error must not fail a probe: then the page shows the status only. */
  #render(model: PageModel, render: (model: PageModel) => string): string {
    try {
      return render(model);
    } catch (fault) {
      this.#onFault(fault);
      return renderStaticPage({ ...model, view: 'status', report: { status: model.report.status } }, undefined);
    }
  }

  #respondWithEvents(
    { headers, url }: HealthRequest,
    view: HealthView,
    port: HealthPort,
  ): EndpointResponse | EndpointStream {
    const kind = pageKind(view, queryParameters(url).has(FORMS) && this.#hasForms(port));
    return streamResponse(this.live, kind, headers, () => {
      this.#refreshes ??= this.#startRefreshing();
    });
  }

  #eventsAt(base: string, kind: PageKind): string | undefined {
    if (!this.#settings.events) return undefined;
    return hasForms(kind) ? `${base}${EVENTS}?${FORMS}` : `${base}${EVENTS}`;
  }

  #hasForms(port: HealthPort): boolean {
    return this.#endpoints.forms?.isServedOn(port) === true;
  }

  /** The result of the form that the browser sent before. */
  #resultIn(url: string, kind: PageKind): string | undefined {
    const id = hasForms(kind) && viewOf(kind) !== 'status' ? queryParameters(url).get(RESULT) : null;
    return id === null ? undefined : this.#endpoints.forms?.resultOf(id);
  }

  #draw(kind: PageKind): PageState {
    const view = viewOf(kind);
    const report: HealthReport = this.#monitor.peek(DEEP);
    const { title, status, order, parts } = livePartsOf(this.#modelOf(DEEP, project(report, view), kind, undefined));
    return {
      title,
      icon: iconUrl(status),
      order,
      parts: Object.fromEntries(Object.entries(parts).map(([id, part]) => [id, part.text])),
    };
  }

  #modelOf(name: string, report: VisibleReport, kind: PageKind, now: number | undefined): PageModel {
    const { instance } = this.#settings;
    const forms = hasForms(kind) ? this.#endpoints.forms : undefined;
    const known = { monitor: this.#monitor, record: this.#record, forms, instance };
    return { ...known, name, report, view: viewOf(kind), now, title: this.#titleOf(report) };
  }

  #titleOf({ service_info: service }: VisibleReport): string {
    return this.#settings.title ?? service?.name ?? 'Health';
  }

  #announce(transition: Transition): void {
    if (this.live.hub.size > 0) this.#pendingAnnouncements.push(transition);
    this.live.changed();
  }

  #takeAnnouncements(): (kind: PageKind) => readonly string[] {
    const taken = this.#pendingAnnouncements;
    this.#pendingAnnouncements = [];
    return (kind) => taken.flatMap((transition) => announcementOf(transition, viewOf(kind)) ?? []);
  }

  /** Pages show the wait for balancers. Later an open stream would count as a request in flight that never ends. */
  #stateChanged({ drainStep }: LifecycleState): void {
    if (drainStep === undefined || drainStep === 'balancers') return;
    clearInterval(this.#refreshes);
    this.live.close();
  }

  #startRefreshing(): NodeJS.Timeout | undefined {
    const { refresh } = this.#settings;
    if (refresh === false) return undefined;
    void this.#refresh();
    const timer = setInterval(() => {
      if (this.live.hub.size > 0) {
        void this.#refresh();
        return;
      }
      clearInterval(timer);
      this.#refreshes = undefined;
    }, refresh);
    return timer.unref();
  }

  async #refresh(): Promise<void> {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    try {
      await this.#endpoints.report(DEEP);
      this.live.changed();
    } catch (fault) {
      this.#onFault(fault);
    }
    this.#isRefreshing = false;
  }
}

import type { OnModuleDestroy, Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import { muteRejection } from '../../core/guarded-signal.js';
import { type HealthResult, down } from '../../core/result.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { callable, flag, oneOf, whole } from '../../options/rules.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import { type InjectedToken, injectInto, injectedTokens } from '../injected.js';
import {
  bodyRule,
  headersRule,
  headersRuleFor,
  httpUrl,
  proxyRule,
  socketRule,
  statuses,
  targetIn,
} from './http-rules.js';
import { type HttpIndicatorOptions, METHODS } from './http-options.js';
import type { HttpHeaders } from './target.js';
import { tlsRule } from './tls.js';

/** The options without the types of the injected parameters. */
interface Own extends Omit<HttpIndicatorOptions, 'inject' | 'url' | 'headers'> {
  readonly inject?: readonly InjectedToken[];
  readonly url: string | ((...injected: unknown[]) => unknown);
  readonly headers?: HttpHeaders | ((...injected: unknown[]) => HttpHeaders | Promise<HttpHeaders>);
}

/** Some rules depend on other options. */
const rulesFor = ({ url, method, headers, tls, socketPath }: Own) => ({
  inject: injectedTokens,
  url: httpUrl,
  method: oneOf(METHODS),
  headers: headersRuleFor(headers),
  body: bodyRule(method),
  expectedStatus: statuses,
  expect: callable,
  maxBodyBytes: whole(1, 16 * 1024 * 1024),
  readHealth: flag,
  maxRedirects: whole(0, 20),
  keepAlive: flag,
  tls: tlsRule(tls, targetIn(url)?.url.protocol === 'http:'),
  proxy: proxyRule(socketPath !== undefined),
  socketPath: socketRule,
});

/** Sends an HTTP request, and reads the health report in the response, if there is one. */
export function HttpIndicator<const Tokens extends readonly InjectedToken[] = []>(
  name: string,
  options: HttpIndicatorOptions<Tokens>,
): Type<HealthIndicator> {
  const given = withoutQuery((options ?? {}) as Own);
  const { own, annotate } = configureIndicator<Own>('HttpIndicator', name, given, rulesFor(given), ['url']);
  const { inject = [] } = own;
  const fixed = targetIn(own.url);

  class ConfiguredHttpIndicator implements HealthIndicator, OnModuleDestroy {
    readonly #injected: readonly unknown[];
    // Loaded only where such an indicator exists. Bundlers put it into the bundle itself.
    readonly #check = import(/* webpackMode: "eager" */ './http-check.js').then(({ HttpCheck }) => new HttpCheck(own));

    constructor(...injected: unknown[]) {
      this.#injected = injected;
      // Each run reports the rejection.
      muteRejection(this.#check, () => undefined);
    }

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      const target = typeof own.url === 'function' ? targetIn(await own.url(...this.#injected)) : fixed;
      signal.throwIfAborted();
      if (!target) return down('its URL is not an http or https URL');
      if (own.tls && target.url.protocol === 'http:') return down('tls is set, but its URL is not https');
      const added = typeof own.headers === 'function' ? await own.headers(...this.#injected) : own.headers;
      signal.throwIfAborted();
      if (added !== undefined && !headersRule.accepts(added)) return down('its headers cannot be sent');
      const check = await this.#check;
      signal.throwIfAborted();
      return check.run(target, added, signal);
    }

    onModuleDestroy(): void {
      void this.#check.then(
        (check) => check.close(),
        () => undefined,
      );
    }
  }
  injectInto(ConfiguredHttpIndicator, inject);
  annotate(ConfiguredHttpIndicator);
  return ConfiguredHttpIndicator;
}

/** A fault at boot shows the invalid URL. Its query and fragment are removed, because they may contain a token. */
function withoutQuery(options: Own): Own {
  const given: unknown = options.url;
  if (typeof given !== 'string' || httpUrl.accepts(given)) return options;
  return { ...options, url: given.replace(/[?#].*$/s, '?…') };
}

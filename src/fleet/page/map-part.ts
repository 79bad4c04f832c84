import { HealthStatus } from '../../core/status.js';
import { type Markup, clip, html } from '../../page/html.js';
import { appearanceOf } from '../../page/status-appearance.js';
import type { FleetService } from '../fleet-report.js';
import { type GraphEdge, type GraphNode, serviceGraphOf } from './service-graph.js';
import { serviceStatus } from './service-part.js';

const WIDTH = 168;
const HEIGHT = 42;
const COLUMN = WIDTH + 64;
const ROW = HEIGHT + 14;
const MARGIN = 4;
const LONGEST_NAME = 17;

/** The services and their dependencies as a drawing, and as a list for narrow screens and screen readers. */
export function mapPart(services: readonly FleetService[]): Markup | undefined {
  const graph = serviceGraphOf(services);
  if (!graph) return undefined;
  const { nodes, edges } = graph;
  const width = (Math.max(...nodes.map(({ column }) => column)) + 1) * COLUMN - (COLUMN - WIDTH) + 2 * MARGIN;
  const height = (Math.max(...nodes.map(({ row }) => row)) + 1) * ROW - (ROW - HEIGHT) + 2 * MARGIN;
  return html`<section id="map" aria-labelledby="h-map" class="map">
    <h2 id="h-map">Dependencies</h2>
    <svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-hidden="true">
      ${edges.map(edge)}${nodes.map(node)}
    </svg>
    <ul class="edges" role="list">
      ${services.map(({ service, depends_on: targets = [] }) => targets.length > 0 && html`<li><span class="n">${service}</span> depends on ${targets.join(', ')}</li>`)}
    </ul>
  </section>`;
}

const xOf = ({ column }: GraphNode): number => MARGIN + column * COLUMN;
const yOf = ({ row }: GraphNode): number => MARGIN + row * ROW;

function node(given: GraphNode): Markup {
  const { name, service } = given;
  const status = service ? serviceStatus(service) : HealthStatus.SKIPPED;
  const { className } = appearanceOf(status);
  const [x, y] = [xOf(given), yOf(given)];
  const words = service ? wordsFor(service) : 'not in this fleet';
  return html`<g class="${className}${service ? '' : ' ext'}">
    <rect x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="4" />
    <use href="#i-${className}" x="${x + 10}" y="${y + 13}" width="16" height="16" class="mi" />
    <text x="${x + 34}" y="${y + 18}" class="n">${clip(name, LONGEST_NAME)}</text>
    <text x="${x + 34}" y="${y + 34}" class="q">${words}</text>
  </g>`;
}

const wordsFor = ({ ready, present }: FleetService): string =>
  present === 0 ? 'none present' : `${ready} of ${present} ready`;

/** From the right side of the caller to the left side of the dependency, with the head of an arrow. */
function edge({ from, to }: GraphEdge): Markup {
  const [x1, y1] = [xOf(from) + WIDTH, yOf(from) + HEIGHT / 2];
  const [x2, y2] = [xOf(to), yOf(to) + HEIGHT / 2];
  const bend = Math.max(28, Math.abs(x2 - x1) / 2);
  return html`<path class="e" d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 7} ${y2}" /><path
      class="h"
      d="M${x2} ${y2}l-8 -4v8z"
    />`;
}

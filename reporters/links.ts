import { isRegion } from '../runner/core/aws/region.ts';
import { xrayIdOf } from '../runner/core/base/run-id.ts';
import { isLoopback } from '../runner/core/network/blocked-addresses.ts';
import type { Notice, RunDigest } from '../runner/core/notice/notice.ts';
import { incidentPage } from '../runner/core/report/page-paths.ts';

export interface Link {
  readonly label: string;
  readonly url: string;
}

/** AWS's console by the prefix of a region; every other region has a host of its own below the first. */
const CONSOLES = {
  'cn-': 'console.amazonaws.cn',
  'us-gov-': 'console.amazonaws-us-gov.com',
  'eusc-': 'console.amazonaws-eusc.eu',
  'us-iso-': 'console.c2shome.ic.gov',
  'us-isob-': 'console.sc2shome.sgov.gov',
  'us-isof-': 'console.csphome.hci.ic.gov',
  'eu-isoe-': 'console.csphome.adc-e.uk',
};

const LONGEST_RUNBOOK = 1_000; // characters; a link cannot be cut, and Slack's section must hold it
const BEFORE_MS = 60_000; // clocks differ
const AFTER_MS = 900_000; // effects of a run may log long after it

/** The runner that sends a notice, as far as links depend on it. */
export interface LinksFrom {
  /** Its region: that of its dashboard, and of canaries whose environment names none. */
  readonly region?: string | undefined;
  /** Endpoint of the AWS SDK, if not AWS itself: no console shows what is there. */
  readonly endpoint?: string | undefined;
  /** Name of its CloudWatch dashboard. */
  readonly dashboard?: string | undefined;
  /** URL of its pages, without a slash at its end. */
  readonly pagesUrl?: string | undefined;
}

/**
 * Links for the investigation: our page of the incident, then the runbook, then AWS's console. No other host is ever linked, whatever a run may have shown. A check of
 * this machine alone leaves nothing in the console, so it has no links there.
 */
export function linksOf(
  { about, run, incident }: LinkedRun,
  { region, endpoint, dashboard, pagesUrl }: LinksFrom = {},
): readonly Link[] {
  const isAws = endpoint === undefined;
  const console = isAws && !isOfThisMachine(run) ? consoleOf(about.region ?? region) : undefined;
  const ownConsole = isAws ? consoleOf(region ?? about.region) : undefined;
  return [
    ...(pagesUrl === undefined || incident === undefined
      ? []
      : [{ label: 'Incident', url: `${pagesUrl}/${incidentPage(incident)}` }]),
    ...runbookIn(about.runbook),
    ...(console === undefined || run?.runId === undefined
      ? []
      : [
          {
            label: 'Logs',
            url: `${console}#logsV2:logs-insights$3FqueryDetail$3D${logsQuery(run.runId, run)}`,
          },
          { label: 'X-Ray trace', url: `${console}#xray:traces/${xrayIdOf(run.runId)}` },
        ]),
    ...(ownConsole === undefined || dashboard === undefined
      ? []
      : [{ label: 'Dashboard', url: `${ownConsole}#dashboards/dashboard/${encodeURIComponent(dashboard)}` }]),
  ];
}

/** The properties of a notice, or of a run, that links depend on. */
export interface LinkedRun {
  readonly about: Pick<Notice['about'], 'region' | 'runbook'>;
  readonly run?: RunDigest | undefined;
  readonly incident?: string;
}

/** True if all that is known of a run happened on the machine of the runner, by an address of loopback. */
export function isOfThisMachine(run: RunDigest | undefined): boolean {
  const hops = [run?.step?.hop, run?.lastSeen?.hop].filter((hop) => hop !== undefined && hop !== '');
  return hops.length > 0 && hops.every((hop) => isOnLoopback(hop as string));
}

function isOnLoopback(hop: string): boolean {
  const [url = ''] = /https?:\/\/\S+/.exec(hop) ?? [];
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}

function runbookIn(runbook: string | undefined): readonly Link[] {
  if (runbook === undefined || !URL.canParse(runbook)) return [];
  const url = new URL(runbook);
  const usable = url.protocol === 'https:' || url.protocol === 'http:';
  return usable && url.href.length <= LONGEST_RUNBOOK ? [{ label: 'Runbook', url: url.href }] : [];
}

function consoleOf(region: string | undefined): string | undefined {
  if (region === undefined || !isRegion(region)) return undefined;
  const other = Object.entries(CONSOLES).find(([prefix]) => region.startsWith(prefix));
  const host = other?.[1] ?? `${region}.console.aws.amazon.com`;
  return `https://${host}/cloudwatch/home?region=${region}`;
}

/**
 * Logs Insights keeps its query in the URL, in a notation of its own, `~(key~'value)`, with other characters as `*hex`. The
 * signs of the notation are written as the console itself copies them, so that no mail reader takes one for the link's end.
 */
function logsQuery(
  runId: string,
  run: { readonly startedAtMs: number; readonly durationMs: number },
): string {
  const start = new Date(run.startedAtMs - BEFORE_MS).toISOString();
  const end = new Date(run.startedAtMs + run.durationMs + AFTER_MS).toISOString();
  const query = `fields @timestamp, @log, @message\n| filter @message like "${runId}"\n| sort @timestamp asc\n| limit 200`;
  const parts = Object.entries({ end, start, timeType: 'ABSOLUTE', tz: 'UTC', editorString: query });
  return `$257E$2528${parts.map(([key, value]) => `${key}$257E$2527${inQuery(value)}`).join('$257E')}$2529`;
}

function inQuery(text: string): string {
  return text.replace(/[^\w.-]/g, (one) => `*${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

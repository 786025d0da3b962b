/** One tile of a CloudWatch dashboard, on a grid of 24 columns. */
export interface Widget {
  readonly type: 'text' | 'metric' | 'alarm' | 'log';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>> & { readonly title?: string };
}

const FIVE_MINUTES = 300;
const RED = { color: '#d62728' };
const VIOLET = { color: '#9467bd' };

/** Finds every canary that published in the last two weeks, so that a new one is there without a deployment. */
function search(dimensions: string, metric: string, statistic: string): string {
  return `SEARCH('{Coalmine,${dimensions}} MetricName="${metric}"', '${statistic}', ${FIVE_MINUTES})`;
}

interface GraphOf {
  readonly title: string;
  readonly metrics: readonly unknown[];
  readonly unit: string;
  readonly from?: number;
  readonly to?: number;
  readonly view?: 'timeSeries' | 'singleValue';
}

function graph({ title, metrics, unit, from, to, view = 'timeSeries' }: GraphOf): Widget['properties'] {
  const range = { ...(from === undefined ? {} : { min: from }), ...(to === undefined ? {} : { max: to }) };
  return {
    title,
    view,
    region: '${AWS::Region}',
    period: FIVE_MINUTES,
    stacked: false,
    metrics,
    ...(view === 'singleValue'
      ? { sparkline: true }
      : { yAxis: { left: { label: unit, showUnits: false, ...range } } }),
  };
}

function expression(text: string, label: string, id: string, more: object = {}): unknown {
  return [{ expression: text, label, id, ...more }];
}

const QUERY = [
  "SOURCE '${WorkerLogs}'",
  'fields @timestamp, CanaryName, verdict, failedStep, reason, runId',
  'filter verdict in ["failed", "error"]',
  'sort @timestamp desc',
  'limit 50',
].join(' | ');

const HELP = `# Coalmine · \${AWS::StackName}
A canary that **fails** notifies its own channels. A run that **could not check** is a fault of Coalmine or of its access. Find a run by its id under *Failed runs and errors*, or with \`coalmine show RUN --table \${StateTable}\`. Remedies by alert: docs/guide/operating.md.`;

/** The dashboard, top to bottom: overall state, each canary, faults, health of the observer. */
export function dashboardWidgets(alarms: readonly string[]): readonly Widget[] {
  const incidents = { title: 'Incidents', alarms: alarms.map((name) => `\${${name}.Arn}`) };
  const wrong = { title: 'Failed runs and errors', region: '${AWS::Region}', view: 'table', query: QUERY };
  return [
    { type: 'text', x: 0, y: 0, width: 24, height: 3, properties: { markdown: HELP } },
    ...row(3, 4, FIGURES),
    ...row(7, 7, CANARIES),
    ...row(14, 7, [EFFECT]),
    { type: 'alarm', x: 12, y: 14, width: 12, height: 7, properties: incidents },
    { type: 'log', x: 0, y: 21, width: 24, height: 7, properties: wrong },
    ...row(28, 6, WATCHING),
  ];
}

/** A row of tiles: four of a quarter each, otherwise two of a half. */
function row(y: number, height: number, tiles: readonly Widget['properties'][]): readonly Widget[] {
  const width = tiles.length > 2 ? 6 : 12;
  return tiles.map((properties, index) => ({
    type: 'metric',
    x: index * width,
    y,
    width,
    height,
    properties,
  }));
}

function single(title: string, metric: unknown): Widget['properties'] {
  return graph({ title, metrics: [metric], unit: '', view: 'singleValue' });
}

/** A figure of this stack's own. Names of the stack stand as `Fn::Sub` has them. */
function own(metric: string, label: string, stat: string): unknown {
  return ['Coalmine', metric, 'Stack', '${AWS::StackName}', { label, stat }];
}

const FIGURES: readonly Widget['properties'][] = [
  single(
    'Success of the fleet, %',
    expression(`AVG(${search('CanaryName', 'SuccessPercent', 'Average')})`, 'success', 'fleet'),
  ),
  single('Failed runs', expression(`SUM(${search('CanaryName', 'Failed', 'Sum')})`, 'failed', 'failed', RED)),
  single(
    'Runs that could not check',
    expression(`SUM(${search('CanaryName', 'Error', 'Sum')})`, 'errors', 'errors', VIOLET),
  ),
  single('Undelivered notices', own('UndeliveredNotices', 'undelivered', 'Maximum')),
];

const CANARIES: readonly Widget['properties'][] = [
  graph({
    title: 'Success by canary',
    unit: '%',
    from: 0,
    to: 100,
    metrics: [expression(search('CanaryName', 'SuccessPercent', 'Average'), '', 'success')],
  }),
  graph({
    title: 'Duration by canary, 95th percentile',
    unit: 'ms',
    from: 0,
    metrics: [expression(search('CanaryName', 'Duration', 'p95'), '', 'duration')],
  }),
];

const EFFECT = graph({
  title: 'Time to effect by step, 95th percentile (StepMetrics: on)',
  unit: 'ms',
  from: 0,
  metrics: [expression(search('CanaryName,StepName', 'TimeToEffect', 'p95'), '', 'effect')],
});

const WATCHING: readonly Widget['properties'][] = [
  graph({
    title: 'Heartbeat and missed slots',
    unit: 'in 5 minutes',
    from: 0,
    metrics: [own('Heartbeat', 'complete ticks', 'Sum'), own('MissedSlots', 'missed slots', 'Sum')],
  }),
  graph({
    title: 'Delays',
    unit: 's',
    from: 0,
    metrics: [
      own('OldestRunAge', 'oldest run', 'Maximum'),
      own('TapReaderLag', 'tap reader', 'Maximum'),
      own('EventLoopDelay', 'event loop', 'Maximum'),
    ],
  }),
];

/** The dashboard's body as text for `Fn::Sub`. `alarms` are logical names of the stack's alarms. */
export function dashboardBody(alarms: readonly string[]): string {
  return JSON.stringify({ start: '-PT12H', periodOverride: 'inherit', widgets: dashboardWidgets(alarms) });
}

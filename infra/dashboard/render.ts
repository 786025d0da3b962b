import { dashboardWidgets, type Widget } from './body.ts';

/** A line of a made-up graph. */
interface Line {
  readonly label: string;
  readonly colour: string;
  readonly values: readonly number[];
}

const CELL = 40;
const POINTS = 96;
const COLOURS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b'];
const CANARIES = [
  'order-is-placed-once',
  'invoice-is-exported-nightly',
  'storefront-is-up',
  'runner-hears-events',
];
const STEPS = ['It is stored exactly once', 'It is announced exactly once', 'The warehouse is notified'];
const INK = '#16191f';
const GREY = '#687078';

/** The dashboard as a picture, from made-up data: a morning in which one canary failed for forty minutes. */
export function renderDashboard(alarms: readonly string[]): string {
  const widgets = dashboardWidgets(alarms);
  const height = Math.max(...widgets.map(({ y, height: rows }) => y + rows)) * CELL + 20;
  const tiles = widgets.map((widget) => tile(widget, alarms)).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${24 * CELL + 20} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#f2f3f3"/>
${tiles}
</svg>
`;
}

function tile(widget: Widget, alarms: readonly string[]): string {
  const [x, y, width, height] = [widget.x, widget.y, widget.width, widget.height].map((n) => n * CELL) as [
    number,
    number,
    number,
    number,
  ];
  const inside = { x: x + 14, y: y + 14, width: width - 8, height: height - 8 };
  const title =
    widget.properties.title === undefined
      ? ''
      : text(inside.x + 12, inside.y + 22, widget.properties.title, { weight: 'bold' });
  return `<g><rect x="${inside.x}" y="${inside.y}" width="${inside.width}" height="${inside.height}" fill="#fff" stroke="#d5dbdb"/>${title}${content(widget, inside, alarms)}</g>`;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function content(widget: Widget, box: Box, alarms: readonly string[]): string {
  if (widget.type === 'text') {
    return [
      text(box.x + 12, box.y + 34, 'Coalmine · coalmine-prod', { size: 22, weight: 'bold' }),
      text(
        box.x + 12,
        box.y + 66,
        'A canary that fails notifies its own channels. A run that could not check is a fault of Coalmine or of its access.',
        {},
      ),
      text(
        box.x + 12,
        box.y + 88,
        'Made-up data: this picture is drawn by npm run generate from the dashboard that the template deploys.',
        { colour: GREY },
      ),
    ].join('');
  }
  if (widget.type === 'alarm') return alarmTiles(box, alarms);
  if (widget.type === 'log') return logTable(box);
  const { title = '', view } = widget.properties;
  return view === 'singleValue' ? singleValue(box, title) : lineGraph(box, linesFor(title));
}

const SINGLE: Readonly<Record<string, { readonly value: string; readonly colour: string }>> = {
  'Success of the fleet, %': { value: '98.6', colour: COLOURS[0] as string },
  'Failed runs': { value: '8', colour: COLOURS[3] as string },
  'Runs that could not check': { value: '1', colour: COLOURS[4] as string },
  'Undelivered notices': { value: '0', colour: COLOURS[2] as string },
};

function singleValue(box: Box, title: string): string {
  const { value, colour } = SINGLE[title] as { readonly value: string; readonly colour: string };
  const values = title.startsWith('Success')
    ? outage(100, 75)
    : title.startsWith('Failed')
      ? outage(0, 1)
      : wave(title.length, 0, 0.02);
  const spark = path(values, { ...box, x: box.x + 12, y: box.y + 96, width: box.width - 24, height: 36 }, [
    Math.min(...values),
    Math.max(...values, 1),
  ]);
  return `${text(box.x + 12, box.y + 80, value, { size: 40, colour })}<path d="${spark}" fill="none" stroke="${colour}"/>`;
}

function linesFor(title: string): readonly Line[] {
  const named = (labels: readonly string[], of: (index: number) => readonly number[]): readonly Line[] =>
    labels.map((label, index) => ({
      label,
      colour: COLOURS[index % COLOURS.length] as string,
      values: of(index),
    }));
  if (title.startsWith('Success'))
    return named(CANARIES, (index) => (index === 0 ? outage(100, 0) : wave(index, 100, 0)));
  if (title.startsWith('Duration'))
    return named(CANARIES, (index) =>
      index === 0 ? outage(5_400, 35_000) : wave(index, [0, 48_000, 420, 1_900][index] ?? 900, 0.12),
    );
  if (title.startsWith('Time to effect'))
    return named(STEPS, (index) => wave(index + 7, [640, 310, 980][index] ?? 500, 0.2));
  if (title.startsWith('Heartbeat'))
    return named(['complete ticks', 'missed slots'], (index) =>
      index === 0 ? wave(3, 5, 0) : wave(3, 0, 0),
    );
  return named(['oldest run', 'tap reader', 'event loop'], (index) =>
    wave(index + 11, index === 0 ? 9 : 0.6, 0.4),
  );
}

function lineGraph(box: Box, lines: readonly Line[]): string {
  const area = {
    x: box.x + 56,
    y: box.y + 40,
    width: box.width - 72,
    height: box.height - 40 - 30 - 16 * Math.ceil(lines.length / 2),
  };
  const top = niceTop(Math.max(...lines.flatMap(({ values }) => values)));
  const rules = [0, 0.5, 1].map((share) => {
    const y = area.y + area.height * (1 - share);
    return `<line x1="${area.x}" x2="${area.x + area.width}" y1="${y}" y2="${y}" stroke="#eaeded"/>${text(area.x - 8, y + 4, short(top * share), { colour: GREY, anchor: 'end' })}`;
  });
  const hours = ['00:00', '03:00', '06:00', '09:00'].map((hour, index) =>
    text(area.x + (area.width * index) / 4, area.y + area.height + 18, hour, { colour: GREY }),
  );
  const drawn = lines.map(
    ({ values, colour }) =>
      `<path d="${path(values, area, [0, top])}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
  );
  const legend = lines.map(({ label, colour }, index) => {
    const at = {
      x: area.x + (index % 2) * (area.width / 2),
      y: area.y + area.height + 38 + 16 * Math.floor(index / 2),
    };
    return `<rect x="${at.x}" y="${at.y - 9}" width="10" height="10" fill="${colour}"/>${text(at.x + 16, at.y, label, {})}`;
  });
  return [...rules, ...hours, ...drawn, ...legend].join('');
}

function alarmTiles(box: Box, alarms: readonly string[]): string {
  return alarms
    .map((name, index) => {
      const at = {
        x: box.x + 12 + (index % 3) * ((box.width - 24) / 3),
        y: box.y + 40 + Math.floor(index / 3) * 44,
      };
      const raised = name === 'CanaryFailing';
      const width = (box.width - 24) / 3 - 8;
      return `<rect x="${at.x}" y="${at.y}" width="${width}" height="36" fill="${raised ? '#fdf3f1' : '#f2f8f0'}" stroke="${raised ? '#d13212' : '#1d8102'}"/>${text(at.x + 8, at.y + 22, `${raised ? '✗' : '✓'} ${name}`, { colour: raised ? '#d13212' : '#1d8102' })}`;
    })
    .join('');
}

const ROWS: readonly (readonly string[])[] = [
  ['@timestamp', 'CanaryName', 'verdict', 'failedStep', 'reason', 'runId'],
  [
    '06:41:12',
    'order-is-placed-once',
    'failed',
    'It is announced exactly once',
    'not within 30 s: no event was seen',
    '6743a1c0f2b94e0c8d1e5a7b9c3d2f10',
  ],
  [
    '06:36:12',
    'order-is-placed-once',
    'failed',
    'It is announced exactly once',
    'not within 30 s: no event was seen',
    '67439f94c1d04a7f9e2b6c8d0a1f3e57',
  ],
  [
    '06:31:12',
    'order-is-placed-once',
    'failed',
    'It is stored exactly once',
    'exactly 1 expected, and 2 items were seen',
    '67439e68a07b4c1dbf95e3d2c6418a90',
  ],
  [
    '02:00:03',
    'invoice-is-exported-nightly',
    'error',
    'The export workflow succeeds',
    "The runner's role may not do this.",
    '67435ac30e1f4b6ca8d97e5f2b3c4d61',
  ],
];

function logTable(box: Box): string {
  const columns = [0, 90, 270, 340, 540, 745];
  const longest = [12, 28, 10, 30, 32, 22];
  return ROWS.map((cells, row) =>
    cells
      .map((cell, column) => {
        const most = longest[column] as number;
        const words = cell.length > most ? `${cell.slice(0, most - 1)}…` : cell;
        const colour = row > 0 && column === 2 ? '#d13212' : INK;
        const weight = row === 0 ? 'bold' : 'normal';
        return text(box.x + 12 + (columns[column] as number), box.y + 52 + row * 30, words, {
          weight,
          size: 11,
          colour,
        });
      })
      .join(''),
  ).join('');
}

function path(values: readonly number[], area: Box, [low, high]: readonly [number, number]): string {
  return values
    .map((value, index) => {
      const x = area.x + (area.width * index) / (values.length - 1);
      const y = area.y + area.height * (1 - (value - low) / (high - low || 1));
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}

/** Made-up: the same each time, so that the picture changes only when the dashboard does. */
function wave(seed: number, middle: number, share: number): readonly number[] {
  return Array.from(
    { length: POINTS },
    (_, n) => middle * (1 + share * Math.sin(n / 5 + seed) * Math.cos(n / 11 + seed * 3)),
  );
}

function outage(well: number, ill: number): readonly number[] {
  return Array.from({ length: POINTS }, (_, n) => (n >= 53 && n <= 58 ? ill : well));
}

function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return Math.ceil(value / power) * power || 1;
}

function short(value: number): string {
  return value >= 1_000 ? `${value / 1_000}k` : String(value);
}

function text(
  x: number,
  y: number,
  words: string,
  {
    size = 12,
    weight = 'normal',
    colour = INK,
    anchor = 'start',
  }: { readonly size?: number; readonly weight?: string; readonly colour?: string; readonly anchor?: string },
): string {
  const safe = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" font-weight="${weight}" fill="${colour}" text-anchor="${anchor}">${safe}</text>`;
}

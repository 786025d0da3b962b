import { inTurn, ratios } from './numbers.ts';
import type { Figure, KnownMiss } from './part.ts';
import { measureNode, type Used } from './processes.ts';

/** Resources of a process, each a figure of its own. */
const KINDS = { Cpu: 'CPU', Time: 'time', Memory: 'peak memory' } as const;
const KEYS = { Cpu: 'cpuMs', Time: 'wallMs', Memory: 'peakKilobytes' } as const;
type Kind = keyof typeof KINDS;

type FloorFigures<Series extends string> = Readonly<Record<`${Series}${Kind}`, Figure>>;

interface Named {
  /** `2000 HTTP checks` */
  readonly called: string;
  readonly floor: string;
  /** The most by which ours may exceed the floor. @default no goal */
  readonly atMost?: Partial<Readonly<Record<Kind, number>>>;
  readonly missed?: Partial<Readonly<Record<Kind, KnownMiss>>>;
}

/** The figures of a series that is measured against a floor: the ratios of CPU, time and memory. */
export function floorFigures<Series extends string>(
  series: Series,
  { called, floor, atMost = {}, missed = {} }: Named,
): FloorFigures<Series> {
  const figures = (Object.keys(KINDS) as Kind[]).map((kind): readonly [string, Figure] => {
    const goal = atMost[kind] === undefined ? {} : { atMost: atMost[kind] };
    const cause = missed[kind] === undefined ? {} : { missed: missed[kind] };
    return [
      `${series}${kind}`,
      { name: `${called}: ${KINDS[kind]} ÷ ${floor}`, unit: '×', ...goal, ...cause },
    ];
  });
  return Object.fromEntries(figures) as FloorFigures<Series>;
}

/** A command of Node, by its arguments, and the folder that it runs in. */
export interface Command {
  readonly argv: readonly string[];
  readonly cwd?: string;
}

/** The rounds of such a series: ours and the floor in turn. */
export async function againstFloor<Series extends string>(
  series: Series,
  rounds: number,
  { ours, floor }: { ours(round: number): Command; readonly floor: Command },
): Promise<Readonly<Record<`${Series}${Kind}`, readonly number[]>>> {
  const run = async ({ argv, cwd }: Command): Promise<Used> =>
    measureNode(argv, cwd === undefined ? {} : { cwd });
  const found = await inTurn(rounds, {
    ours: async (round) => run(ours(round)),
    floor: async () => run(floor),
  });
  const measured = (Object.keys(KINDS) as Kind[]).map((kind) => {
    const used = ({ [KEYS[kind]]: one }: Used): number => one;
    return [`${series}${kind}`, ratios(found.ours.map(used), found.floor.map(used))];
  });
  return Object.fromEntries(measured) as Readonly<Record<`${Series}${Kind}`, readonly number[]>>;
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Prng } from '../simulated/model/prng.ts';
import { noticesIn, type ReceivedNotice } from './account.ts';

/** A treatment of a notice. */
interface Way {
  /** The receiver has processed the notice, whatever its sender learns. */
  readonly processes: boolean;
  /** The sender must not try again: the fallback of the channel gets the notice. */
  readonly refuses?: true;
  answer(response: ServerResponse): void;
}

const ACCEPTED: Way = { processes: true, answer: (response) => void response.writeHead(200).end('ok') };

/** Time that a late answer takes, in milliseconds: long enough for a kill to come first. */
const LATE_MS = 2_000;

/** Ten ways to fail. */
export const FAILING: Readonly<Record<string, Way>> = {
  'answers 500': { processes: false, answer: (response) => void response.writeHead(500).end() },
  'processes it and answers 500': {
    processes: true,
    answer: (response) => void response.writeHead(500).end(),
  },
  'asks for a pause': {
    processes: false,
    answer: (response) => void response.writeHead(503, { 'retry-after': '1' }).end(),
  },
  throttles: { processes: false, answer: (response) => void response.writeHead(429).end() },
  'refuses for good': {
    processes: false,
    refuses: true,
    answer: (response) => void response.writeHead(400).end('no'),
  },
  'redirects elsewhere': {
    processes: false,
    refuses: true,
    answer: (response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
  },
  'closes the connection unread': { processes: false, answer: (response) => void response.destroy() },
  'processes it and closes the connection': {
    processes: true,
    answer: (response) => void response.destroy(),
  },
  'processes it and answers late': {
    processes: true,
    answer: (response) => void setTimeout(() => ACCEPTED.answer(response), LATE_MS),
  },
  'answers in no protocol': {
    processes: false,
    answer: ({ socket }) => void socket?.end('220 mail.example.com ESMTP\r\n\r\n'),
  },
};

/** Stand-in for the watched system and for the receivers of notices. */
export interface Receiver {
  readonly url: string;
  /** Runs that reached the system: `<canary> <run id>`, each as often as it came. */
  readonly runs: readonly string[];
  readonly processed: readonly ReceivedNotice[];
  /** Number of notices treated in each way. */
  readonly treated: ReadonlyMap<string, number>;
  /** From now on, all notices are accepted. */
  recover(): void;
  close(): void;
}

/**
 * Starts it. `GET /system/<canary>/<run id>` is the watched system, broken while `isBroken(canary)`. A POST is a notice, treated in a way that
 * chance chooses; half of them are accepted. Only `/hook` refuses for good: if all channels did, nothing could be notified.
 */
export async function startReceiver(prng: Prng, isBroken: (canary: string) => boolean): Promise<Receiver> {
  const runs: string[] = [];
  const processed: ReceivedNotice[] = [];
  const treated = new Map<string, number>();
  let isWell = false;
  const wayOf = (path: string): readonly [string, Way] => {
    if (isWell || prng.isLucky(0.5)) return ['accepts it', ACCEPTED];
    return prng.pick(
      Object.entries(FAILING).filter(([, { refuses }]) => refuses !== true || path === '/hook'),
    );
  };
  const system = (path: string, response: ServerResponse): void => {
    const [, , canary = '', runId = ''] = path.split('/');
    runs.push(`${canary} ${runId}`);
    response.writeHead(isBroken(canary) ? 500 : 200).end();
  };
  const notice = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [name, way] = wayOf(request.url ?? '');
    treated.set(name, (treated.get(name) ?? 0) + 1);
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (way.processes) processed.push(...noticesIn(JSON.parse(body) as ReceivedNotice, request.url ?? ''));
    way.answer(response);
  };
  const server = createServer((request, response) => {
    if (request.method === 'GET') return system(request.url ?? '', response);
    notice(request, response).catch(() => response.destroy()); // the sender was killed while it sent
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    runs,
    processed,
    treated,
    recover: () => {
      isWell = true;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

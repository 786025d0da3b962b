import { didYouMean } from '../../core/base/did-you-mean.ts';
import { withoutReferences } from '../../core/base/reference-syntax.ts';
import { foreignTemplates } from '../../core/expression/foreign-templates.ts';
import type { InputFault } from '../kind.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The facts that a check of a request line needs. */
interface LineOf {
  /** The key that it stands at. */
  readonly key: string;
  /** True once the values are filled in. */
  readonly filled: boolean;
  /** The methods that may stand there. @default all */
  readonly methods?: readonly string[];
}

/** The faults of a method and a URL in one text, the first that there is. */
export function requestLineFaults(line: string, of: LineOf): readonly InputFault[] {
  const fault = methodFault(line, of) ?? urlFault(line, of);
  return fault === undefined ? [] : [{ key: of.key, ...fault }];
}

/** The fault of a URL that stands alone, without a method. */
export function urlFaults(url: string, of: Pick<LineOf, 'key' | 'filled'>): readonly InputFault[] {
  const [method] = /^[A-Z]+(?=\s)/.exec(url) ?? [];
  if (method !== undefined) {
    const hint = `write ${url.slice(method.length).trim()}`;
    return [{ key: of.key, message: `'${method}' is not written here: every request is a POST`, hint }];
  }
  const fault = urlFault(url, of);
  return fault === undefined ? [] : [{ key: of.key, ...fault }];
}

type Words = Pick<InputFault, 'message' | 'hint'>;

function methodFault(line: string, { methods = METHODS }: LineOf): Words | undefined {
  const [, method = '', colon = '', url = ''] = /^\s*([A-Za-z]*)(?=[:\s]|$)(:?)\s+(.*)$/s.exec(line) ?? [];
  if (methods.includes(method) && colon === '') return undefined;
  const capitals = method.toUpperCase();
  if (METHODS.includes(capitals) && methods.includes(capitals)) {
    const message =
      colon === '' ? `'${method}' is not in capitals` : `'${method}:' has a colon behind the method`;
    return { message, hint: `write ${capitals} ${url.trim()}` };
  }
  const words = methods.join(', ');
  if (method === '')
    return {
      message: `'${line}' has no method`,
      hint: `write http: GET ${line.trim()}; the methods are ${words}`,
    };
  if (methods !== METHODS && METHODS.includes(capitals))
    return {
      message: `'${method}' may change something, and a check asks again and again`,
      hint: `write ${methods.join(' or ')}, or make it a step of its own: http: ${method} ${url}`,
    };
  const meant = didYouMean(method, methods);
  const hint = meant === undefined ? `write one of ${words}` : `did you mean '${meant}'?`;
  return { message: `'${method}' is not a method`, hint };
}

function urlFault(line: string, { filled }: Pick<LineOf, 'filled'>): Words | undefined {
  const url = line.replace(/^\s*[A-Z]+\s+/, '');
  if (!filled && foreignTemplates(url, true).length > 0) return undefined; // the loader reports it at its place
  if (/\s/.test(withoutReferences(url, 'x')))
    return {
      message: `'${url}' has a blank in it`,
      hint: `write %20 for a blank: ${url.trim().replace(/ /g, '%20')}; or use query:`,
    };
  const [twice] = /^https?:\/\/(?=https?:)/i.exec(url) ?? [];
  if (twice !== undefined)
    return { message: `'${url}' has its scheme twice`, hint: `write ${url.slice(twice.length)}` };
  if (/^https?:\/\/[^/?#\s]/i.test(url) || (!filled && url.startsWith('${'))) return unparsed(url);
  return schemeFault(url);
}

/** A URL that has values in it is parsed in the run. */
function unparsed(url: string): Words | undefined {
  if (url.includes('${') || URL.canParse(url)) return undefined;
  return { message: `'${url}' is not a URL`, hint: 'write one such as https://api.example.com/orders' };
}

function schemeFault(url: string): Words {
  const [, scheme, , rest = ''] = /^([a-z][a-z\d+.-]*):(\/*)(.*)$/i.exec(url) ?? [];
  const isHost = scheme === undefined || /^\d+(\/|$)/.test(rest); // host:port
  if (url.startsWith('/')) {
    const message = `'${url}' has no scheme and no host`;
    return { message, hint: `write the whole address, such as https://api.example.com${url}` };
  }
  const usual = /^(localhost|127\.|10\.|192\.168\.|\[::1\])/.test(url) ? 'http' : 'https';
  if (isHost) return { message: `'${url}' has no scheme`, hint: `write ${usual}://${url}` };
  return { message: `'${url}' does not begin with http:// or https://`, hint: `write https://${rest}` };
}

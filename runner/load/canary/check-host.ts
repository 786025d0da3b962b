import { settled } from '../../core/expression/settled.ts';
import { isTemplate, referencesIn } from '../../core/expression/template.ts';
import type { Canary, Step } from '../../core/model/canary.ts';
import type { Environment } from '../../core/model/project.ts';
import { asWritten, locate, type Place } from '../yaml/locations.ts';

/** The facts by which addresses are checked. */
interface HostsOf {
  readonly canary: Canary;
  /** Each with the vars of the canary too. */
  readonly environments: readonly Environment[];
  place(step: Step): Place;
}

/** Reports `${api}orders`: the text behind a name becomes part of the host that it stands for. */
export function checkHosts({ canary, environments, place }: HostsOf): void {
  for (const step of [...canary.steps, ...canary.cleanup]) {
    for (const value of Object.values(step.input)) {
      if (typeof value !== 'string') continue;
      const url = value.replace(/^[A-Z]+ +/, '');
      const [mention] = referencesIn(url);
      if (mention?.offset !== 0) continue;
      const name = mention.text;
      const after = url.slice(name.length);
      if (!/^[A-Za-z\d]\S*$/.test(after)) continue;
      const bases = environments.map((one) => settled(name, one, one.vars));
      const base = bases.find((one) => !isTemplate(one) && /^(?:http|ws)s?:\/\/[^/?#]+$/.test(one));
      if (base === undefined) continue;
      const written = asWritten(mention.text);
      const found = place(step);
      found.report.error(locate(found, `${written}${after}`), {
        rule: 'url',
        message: `'${written}${after}' is the host '${`${base}${after}`.split('/')[2]}'`,
        hint: `write ${written}/${after}`,
      });
    }
  }
}

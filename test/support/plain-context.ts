import { constants, createContext, runInContext } from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/** Node's own bytes, also in jest's environment: Node gives such bytes to the tests. */
const SHARED = { Buffer, ArrayBuffer, Uint8Array };

/**
 * Runs a test file in an ordinary context. In jest's own environment, each use of a global goes through an interceptor and a proxy. They
 * took a third of the time of all tests (docs/decisions/0060-the-time-of-the-tests.md).
 */
export default class PlainContext extends TestEnvironment {
  constructor(...given: ConstructorParameters<typeof TestEnvironment>) {
    super(...given);
    const prepared = this.global;
    this.context = createContext(constants.DONT_CONTEXTIFY);
    this.global = runInContext('globalThis', this.context) as typeof prepared;
    for (const name of Object.getOwnPropertyNames(prepared))
      if (!Object.hasOwn(this.global, name)) Object.defineProperty(this.global, name, plain(prepared, name));
    Object.assign(this.global, SHARED, { global: this.global });
    this.global.Error.stackTraceLimit = prepared.Error.stackTraceLimit;
    const mocker = this.moduleMocker;
    if (mocker !== null)
      this.moduleMocker = Reflect.construct(mocker.constructor, [this.global]) as typeof mocker;
  }
}

/** A value, if it is one without being asked; Node loads some globals at their first use. */
function plain(prepared: object, name: string): PropertyDescriptor {
  const own = Object.getOwnPropertyDescriptor(prepared, name);
  const found = own !== undefined && 'value' in own ? own : Object.getOwnPropertyDescriptor(globalThis, name);
  if (found === undefined || 'value' in found) return { ...found };
  return {
    configurable: true,
    enumerable: found.enumerable === true,
    get: (): unknown => Reflect.get(globalThis, name),
  };
}

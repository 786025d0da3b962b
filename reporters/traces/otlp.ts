import { isTemplate } from '../../runner/core/expression/template.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import type { Reporter } from '../../runner/core/report/reporter.ts';
import type { ReporterContext, ReporterKind } from '../contract.ts';
import { pairsIn, type Receiver, receiverOf, secretsIn, writtenHeaders } from './receiver.ts';
import { spansOf } from './run-spans.ts';
import { type Attribute, attributesOf } from './span.ts';
import { SpanSender } from './span-sender.ts';

/** Each run as a trace, by OTLP/HTTP. */
export const otlp: ReporterKind = {
  name: 'otlp',
  summary: 'each run as a trace, to a receiver of OpenTelemetry (OTLP/HTTP)',
  fills: true,
  headersIn: writtenHeaders,
  open: otlpReporter,
};

/** @throws DefinitionError for an address or headers that cannot be used; later, for those that hold references. */
function otlpReporter(context: ReporterContext): Reporter {
  const { target, env, fill, learn } = context;
  const receiverAt = (filled: string | undefined): Receiver => {
    const receiver = receiverOf(filled, env);
    for (const secret of secretsIn(receiver)) learn(secret);
    return receiver;
  };
  // References are read at each export: a secret may change, and its source may be unavailable now.
  const settled =
    fill !== undefined && target !== undefined && isTemplate(target) ? undefined : receiverAt(target);
  const sender = new SpanSender({
    ...context,
    receiver: async () => settled ?? receiverAt(await fill?.(target as string)),
  });
  return {
    name: 'otlp',
    // A run that was passed over is no trace.
    onRunEnd: (run) =>
      run.verdict === 'skipped'
        ? undefined
        : sender.send({ resource: resourceOf(run, env), spans: spansOf(run) }),
    onEnd: async () => sender.end(),
    giveUp: () => sender.giveUp(),
  };
}

/** The runner as a resource, with `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` (OpenTelemetry specification, "Resource SDK"). */
function resourceOf({ environment }: RunResult, env: ReporterContext['env']): readonly Attribute[] {
  const name = env['AWS_LAMBDA_FUNCTION_NAME'] || undefined;
  const given = Object.fromEntries(pairsIn(env['OTEL_RESOURCE_ATTRIBUTES'] ?? '') ?? []);
  return attributesOf({
    'deployment.environment.name': environment,
    ...(name === undefined
      ? {}
      : {
          'cloud.provider': 'aws',
          'cloud.platform': 'aws_lambda',
          'cloud.region': env['AWS_REGION'],
          'faas.name': name,
        }),
    ...given,
    'service.name': env['OTEL_SERVICE_NAME'] || given['service.name'] || 'coalmine',
  });
}

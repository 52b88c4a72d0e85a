/**
 * A definition in the form that upstream judges it in: what all versions have alike is said once, above them. Fields of
 * errors are those of this form, so that a definition of one version has its schema at `spec.validation`, as everybody
 * knows it from kubectl. Source: apiextensions/v1/conversion.go.
 */
import { deepEqual } from '../../../../apimachinery/equality.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { WrittenSchema } from '../../../../apimachinery/structural/written-schema.ts';
import type {
  DefinitionNames,
  DefinitionSpec,
  DefinitionStatus,
  DefinitionVersion,
  WebhookClientConfig,
} from './custom-resource-definition-schema.ts';

/** What is said of one version, or above all of them. */
export type Shared = Partial<
  Pick<DefinitionVersion, 'subresources' | 'additionalPrinterColumns' | 'selectableFields'>
>;
export type VersionForm = Partial<DefinitionVersion>;
type Validation = NonNullable<DefinitionVersion['schema']>;

export interface SpecForm extends Shared {
  readonly group?: string;
  readonly names?: Partial<DefinitionNames>;
  readonly scope?: string;
  /** The first of them; upstream had definitions with this one alone. */
  readonly version?: string;
  readonly versions?: readonly VersionForm[];
  readonly validation?: Validation;
  readonly conversion?: ConversionForm;
  readonly preserveUnknownFields?: boolean;
}
export interface ConversionForm {
  readonly strategy?: string;
  readonly webhookClientConfig?: WebhookClientConfig;
  readonly conversionReviewVersions?: readonly string[];
}
export interface DefinitionForm {
  readonly metadata: KubeObject['metadata'];
  readonly spec: SpecForm;
  readonly status: Partial<DefinitionStatus>;
}

export function formOf(definition: KubeObject): DefinitionForm {
  const { versions = [], conversion, ...spec }: Partial<DefinitionSpec> = definition.spec ?? {};
  const inAll = (['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const).filter(
    (name) => versions.every((version) => deepEqual(version[name], versions[0]?.[name])),
  );
  const [first] = versions;
  const { strategy, webhook } = conversion ?? {};
  return {
    metadata: definition.metadata,
    status: definition.status ?? {},
    spec: {
      preserveUnknownFields: false,
      ...spec,
      ...(first === undefined ? {} : { version: first.name }),
      ...(definition.spec?.versions === undefined
        ? {}
        : {
            versions: versions.map((version) => {
              const own: VersionForm = { ...version };
              for (const name of inAll) delete own[name];
              return own;
            }),
          }),
      ...Object.fromEntries(
        inAll
          .filter((name) => first?.[name] !== undefined)
          .map((name) => [name === 'schema' ? 'validation' : name, first![name]]),
      ),
      ...(conversion === undefined
        ? {}
        : {
            conversion: {
              ...(strategy === undefined ? {} : { strategy }),
              ...(webhook?.clientConfig === undefined ? {} : { webhookClientConfig: webhook.clientConfig }),
              ...(webhook?.conversionReviewVersions === undefined
                ? {}
                : { conversionReviewVersions: webhook.conversionReviewVersions }),
            },
          }),
    },
  };
}

/** Every schema in it, with its path. */
export function* schemasOf({
  validation,
  versions = [],
}: SpecForm): Generator<readonly [schema: WrittenSchema, path: string]> {
  if (validation?.openAPIV3Schema !== undefined) {
    yield [validation.openAPIV3Schema, 'spec.validation.openAPIV3Schema'];
  }
  for (const [i, { schema }] of versions.entries()) {
    if (schema?.openAPIV3Schema === undefined) continue;
    yield [schema.openAPIV3Schema, `spec.versions[${i}].schema.openAPIV3Schema`];
  }
}

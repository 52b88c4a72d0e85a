/**
 * In which control planes a configuration of the platform applies: a webhook configuration, or the binding of a policy.
 * It applies in the platform and in every project, unless annotations narrow that. What a project configures applies
 * in that project alone, and there the annotations mean nothing.
 */
import { type FieldError, invalidValue, notSupported } from '../../../apimachinery/field-error.ts';
import { type LabelSelector, parseLabelSelector } from '../../../apimachinery/label-selector.ts';
import type { KubeObject } from '../../../apimachinery/object-meta.ts';
import { StatusError } from '../../../apimachinery/status.ts';

/** `Platform`, `Project`, or both behind a comma; `*` for all, which is the default. */
const contextsAnnotation = 'admission.miloapis.com/contexts';
/** A label selector as text, of labels of the Project objects; all when not given. */
const projectSelectorAnnotation = 'admission.miloapis.com/project-selector';

const contexts = ['*', 'Platform', 'Project'] as const;
type Context = (typeof contexts)[number];

export interface Reach {
  readonly platform: boolean;
  readonly projects: boolean;
  /** Undefined for all. */
  readonly projectSelector: LabelSelector | undefined;
}

export function reachOf({ metadata }: KubeObject): Reach {
  const { annotations = {} } = metadata;
  const named = contextNames(annotations[contextsAnnotation]);
  const selector = annotations[projectSelectorAnnotation];
  const isIn = (context: Context): boolean =>
    named.length === 0 || named.includes('*') || named.includes(context);
  return {
    platform: isIn('Platform'),
    projects: isIn('Project'),
    projectSelector: selector === undefined ? undefined : parseLabelSelector(selector),
  };
}

const contextNames = (text = ''): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

export function reachErrors({ metadata }: KubeObject): FieldError[] {
  const { annotations = {} } = metadata;
  const path = (annotation: string): string => `metadata.annotations[${annotation}]`;
  const errors = contextNames(annotations[contextsAnnotation])
    .filter((name) => !(contexts as readonly string[]).includes(name))
    .map((name) => notSupported(path(contextsAnnotation), name, contexts));
  const selector = annotations[projectSelectorAnnotation];
  if (selector === undefined) return errors;
  try {
    parseLabelSelector(selector);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    errors.push(invalidValue(path(projectSelectorAnnotation), selector, error.message));
  }
  return errors;
}

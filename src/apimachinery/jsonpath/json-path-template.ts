/**
 * What a JSONPath template means: text, expressions, and parts that are repeated. The dialect is that of kubectl and of
 * printer columns (client-go/util/jsonpath), not RFC 9535. Shapes only: parse-json-path.ts reads them.
 */

/** A step from values to values. */
export type PathStep =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'wildcard' }
  /** The value and all that is in it. */
  | { readonly kind: 'descent' }
  | PathSlice
  | { readonly kind: 'union'; readonly alternatives: readonly (readonly PathStep[])[] }
  | { readonly kind: 'existing'; readonly path: readonly PathStep[] }
  | {
      readonly kind: 'filter';
      readonly left: readonly PathStep[];
      readonly operator: string;
      readonly right: readonly PathStep[];
    }
  | { readonly kind: 'literal'; readonly value: number | bigint | boolean }
  | { readonly kind: 'text'; readonly text: string };

/** `[start:end:step]`; a single index is a slice whose end was derived from it. */
export interface PathSlice {
  readonly kind: 'slice';
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly isEndDerived: boolean;
  readonly step: number | undefined;
}

export type TemplatePart =
  | { readonly kind: 'expression'; readonly steps: readonly PathStep[] }
  | {
      readonly kind: 'range';
      readonly over: readonly PathStep[];
      readonly body: readonly TemplatePart[];
    };

/** A template that cannot be read, or that a value does not fit. The message is client-go's. */
export class JsonPathError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JsonPathError';
  }
}

/**
 * What each control plane serves: the built-in kinds, and the custom resources it has been given or has defined. The
 * contract only; custom-definitions.ts finds the latter.
 */
import type { DefinitionTable, ServedDefinitions } from './definition-table.ts';

export interface Definitions {
  readonly builtIn: DefinitionTable;
  /** By storage tenant. Synchronous, and cheap enough to ask for every request. */
  of(tenant: string): ServedDefinitions;
  /** What a control plane serves that it has not defined itself. */
  given(tenant: string): ServedDefinitions;
}

/** A server on which nobody defines anything. */
export function onlyBuiltIn(builtIn: DefinitionTable, isPlatform: (tenant: string) => boolean): Definitions {
  const given = (tenant: string): ServedDefinitions =>
    builtIn.on(isPlatform(tenant) ? 'Platform' : 'Project');
  return { builtIn, of: given, given };
}

/** All cases, in the order in which they run. */
import type { Case } from '../case.ts';
import { admissionCases } from './admission.ts';
import { appliedKindCases } from './applied-kinds.ts';
import { customResourceCases } from './custom-resources.ts';
import { definitionCases } from './definitions.ts';
import { deletionCases } from './deletion.ts';
import { discoveryCases } from './discovery.ts';
import { fieldManagementCases } from './field-management.ts';
import { formCases } from './forms.ts';
import { kindCases } from './kinds.ts';
import { listCases } from './lists.ts';
import { refusalCases } from './refusals.ts';
import { subresourceCases } from './subresources.ts';
import { watchCases } from './watches.ts';
import { writeCases } from './writes.ts';
import { wrongFieldCases } from './wrong-fields.ts';

export const cases: readonly Case[] = [
  ...refusalCases,
  ...writeCases,
  ...fieldManagementCases,
  ...deletionCases,
  ...listCases,
  ...watchCases,
  ...formCases,
  ...kindCases,
  ...subresourceCases,
  ...appliedKindCases,
  ...discoveryCases,
  ...wrongFieldCases,
  ...definitionCases,
  ...customResourceCases,
  ...admissionCases,
];

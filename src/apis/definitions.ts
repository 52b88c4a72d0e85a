/** The kinds that every server has. Adding one is a folder in its group's room and a line here. */
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import {
  mutatingAdmissionPolicyBindingDefinition,
  mutatingAdmissionPolicyDefinition,
} from './admissionregistration/v1/mutatingadmissionpolicy/mutating-admission-policy-definition.ts';
import { validatingAdmissionPolicyBindingDefinition } from './admissionregistration/v1/validatingadmissionpolicy/validating-admission-policy-binding-definition.ts';
import { validatingAdmissionPolicyDefinition } from './admissionregistration/v1/validatingadmissionpolicy/validating-admission-policy-definition.ts';
import {
  mutatingWebhookConfigurationDefinition,
  validatingWebhookConfigurationDefinition,
} from './admissionregistration/v1/webhookconfiguration/webhook-definitions.ts';
import { customResourceDefinitionDefinition } from './apiextensions/v1/customresourcedefinition/custom-resource-definition-definition.ts';
import { apiServiceDefinition } from './apiregistration/v1/apiservice/api-service-definition.ts';
import {
  selfSubjectReviewDefinition,
  tokenReviewDefinition,
} from './authentication/v1/review-definitions.ts';
import {
  localSubjectAccessReviewDefinition,
  selfSubjectAccessReviewDefinition,
  selfSubjectRulesReviewDefinition,
  subjectAccessReviewDefinition,
} from './authorization/v1/review-definitions.ts';
import { certificateSigningRequestDefinition } from './certificates/v1/certificatesigningrequest/certificate-signing-request-definition.ts';
import { leaseDefinition } from './coordination/v1/lease/lease-definition.ts';
import { configMapDefinition } from './core/v1/configmap/configmap-definition.ts';
import { endpointsDefinition } from './core/v1/endpoints/endpoints-definition.ts';
import { eventDefinition as coreEventDefinition } from './core/v1/event/event-definition.ts';
import { namespaceDefinition } from './core/v1/namespace/namespace-definition.ts';
import { resourceQuotaDefinition } from './core/v1/resourcequota/resource-quota-definition.ts';
import { secretDefinition } from './core/v1/secret/secret-definition.ts';
import { serviceDefinition } from './core/v1/service/service-definition.ts';
import { serviceAccountDefinition } from './core/v1/serviceaccount/service-account-definition.ts';
import { endpointSliceDefinition } from './discovery/v1/endpointslice/endpoint-slice-definition.ts';
import { discoveryContextPolicyDefinition } from './discovery/v1alpha1/discoverycontextpolicy/discovery-context-policy-definition.ts';
import { eventDefinition } from './events/v1/event/event-definition.ts';
import { flowSchemaDefinition } from './flowcontrol/v1/flowschema/flow-schema-definition.ts';
import { priorityLevelConfigurationDefinition } from './flowcontrol/v1/prioritylevelconfiguration/priority-level-configuration-definition.ts';
import { protectedResourceDefinition } from './iam/v1alpha1/protectedresource/protected-resource-definition.ts';
import { clusterRoleDefinition } from './rbac/v1/clusterrole/cluster-role-definition.ts';
import { clusterRoleBindingDefinition } from './rbac/v1/clusterrolebinding/cluster-role-binding-definition.ts';
import { roleDefinition } from './rbac/v1/role/role-definition.ts';
import { roleBindingDefinition } from './rbac/v1/rolebinding/role-binding-definition.ts';
import { folderDefinition } from './resourcemanager/v1alpha1/folder/folder-definition.ts';
import { organizationDefinition } from './resourcemanager/v1alpha1/organization/organization-definition.ts';
import { projectDefinition } from './resourcemanager/v1alpha1/project/project-definition.ts';

export const builtInDefinitions: readonly ResourceDefinition[] = [
  namespaceDefinition,
  configMapDefinition,
  secretDefinition,
  coreEventDefinition,
  serviceAccountDefinition,
  serviceDefinition,
  resourceQuotaDefinition,
  endpointsDefinition,
  endpointSliceDefinition,
  eventDefinition,
  leaseDefinition,
  roleDefinition,
  roleBindingDefinition,
  clusterRoleDefinition,
  clusterRoleBindingDefinition,
  certificateSigningRequestDefinition,
  flowSchemaDefinition,
  priorityLevelConfigurationDefinition,
  mutatingWebhookConfigurationDefinition,
  validatingWebhookConfigurationDefinition,
  validatingAdmissionPolicyDefinition,
  validatingAdmissionPolicyBindingDefinition,
  mutatingAdmissionPolicyDefinition,
  mutatingAdmissionPolicyBindingDefinition,
  apiServiceDefinition,
  customResourceDefinitionDefinition,
  selfSubjectReviewDefinition,
  tokenReviewDefinition,
  localSubjectAccessReviewDefinition,
  selfSubjectAccessReviewDefinition,
  selfSubjectRulesReviewDefinition,
  subjectAccessReviewDefinition,
  organizationDefinition,
  folderDefinition,
  projectDefinition,
  discoveryContextPolicyDefinition,
  protectedResourceDefinition,
];

package clientgo

import (
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	coordinationapply "k8s.io/client-go/applyconfigurations/coordination/v1"
	coreapply "k8s.io/client-go/applyconfigurations/core/v1"
	metaapply "k8s.io/client-go/applyconfigurations/meta/v1"
	rbacapply "k8s.io/client-go/applyconfigurations/rbac/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"

	. "milo.test/clients/harness"
)

func TestApplyConflictAndForce(t *testing.T) {
	namespace := Namespace(t)
	maps := Clients(t, Config(t)).CoreV1().ConfigMaps(namespace)
	ctx := Context(t)
	of := func(data map[string]string) *coreapply.ConfigMapApplyConfiguration {
		return coreapply.ConfigMap("a", namespace).WithData(data)
	}
	first := metav1.ApplyOptions{FieldManager: "first"}
	second := metav1.ApplyOptions{FieldManager: "second"}

	made, err := maps.Apply(ctx, of(map[string]string{"mine": "1", "shared": "1"}), first)
	Ok(t, err)
	again, err := maps.Apply(ctx, of(map[string]string{"mine": "1", "shared": "1"}), first)
	Ok(t, err)
	Is(t, "revision after the same again", again.ResourceVersion, made.ResourceVersion)

	_, err = maps.Apply(ctx, of(map[string]string{"shared": "2"}), second)
	True(t, "conflict", apierrors.IsConflict(err), err)
	causes := err.(apierrors.APIStatus).Status().Details.Causes
	Is(t, "causes", len(causes), 1)
	Is(t, "cause", causes[0].Type, metav1.CauseTypeFieldManagerConflict)
	Is(t, "field", causes[0].Field, ".data.shared")
	True(t, "names the manager", strings.Contains(causes[0].Message, `conflict with "first"`), causes)

	forced := second
	forced.Force = true
	taken, err := maps.Apply(ctx, of(map[string]string{"shared": "2"}), forced)
	Ok(t, err)
	Is(t, "taken", taken.Data["shared"], "2")
	Is(t, "kept", taken.Data["mine"], "1")

	// What its only owner no longer applies is removed.
	left, err := maps.Apply(ctx, of(map[string]string{}), first)
	Ok(t, err)
	_, isLeft := left.Data["mine"]
	True(t, "removed", !isLeft, left.Data)
	Is(t, "the other's stays", left.Data["shared"], "2")

	stale := coreapply.ConfigMap("a", namespace).WithResourceVersion(made.ResourceVersion).WithData(map[string]string{"x": "y"})
	_, err = maps.Apply(ctx, stale, first)
	True(t, "an old revision", apierrors.IsConflict(err), err)
	foreign := coreapply.ConfigMap("a", namespace).WithUID("someone-else").WithData(map[string]string{"x": "y"})
	_, err = maps.Apply(ctx, foreign, first)
	True(t, "another uid", apierrors.IsInvalid(err), err)
	nobody := coreapply.ConfigMap("nobody", namespace).WithUID("someone-else")
	_, err = maps.Apply(ctx, nobody, first)
	True(t, "the uid of nothing", apierrors.IsConflict(err), err)
	dry := first
	dry.DryRun = []string{metav1.DryRunAll}
	_, err = maps.Apply(ctx, of(map[string]string{"dry": "1"}), dry)
	Ok(t, err)
	now, err := maps.Get(ctx, "a", metav1.GetOptions{})
	Ok(t, err)
	Is(t, "revision after a dry run", now.ResourceVersion, left.ResourceVersion)
}

// Controllers read what they have applied, change that and apply it again.
func TestExtractAndApply(t *testing.T) {
	config := Config(t)
	config.ContentType = Protobuf
	namespace := Namespace(t)
	clients := Clients(t, config)
	ctx := Context(t)
	options := metav1.ApplyOptions{FieldManager: "extractor"}

	maps := clients.CoreV1().ConfigMaps(namespace)
	_, err := maps.Apply(ctx, coreapply.ConfigMap("a", namespace).WithData(map[string]string{"k": "v"}), options)
	Ok(t, err)
	_, err = maps.Patch(ctx, "a", types.MergePatchType, []byte(`{"data":{"other":"1"}}`), metav1.PatchOptions{})
	Ok(t, err)
	live, err := maps.Get(ctx, "a", metav1.GetOptions{})
	Ok(t, err)
	extracted, err := coreapply.ExtractConfigMap(live, "extractor")
	Ok(t, err)
	Is(t, "own fields", len(extracted.Data), 1)
	_, err = maps.Apply(ctx, extracted.WithData(map[string]string{"more": "2"}), options)
	Ok(t, err)
	live, err = maps.Get(ctx, "a", metav1.GetOptions{})
	Ok(t, err)
	Is(t, "all fields", len(live.Data), 3)

	services := clients.CoreV1().Services(namespace)
	port := func(name string, number int32) *coreapply.ServicePortApplyConfiguration {
		return coreapply.ServicePort().WithName(name).WithPort(number)
	}
	_, err = services.Apply(ctx, coreapply.Service("s", namespace).
		WithSpec(coreapply.ServiceSpec().WithPorts(port("a", 80), port("b", 81))), options)
	Ok(t, err)
	other := metav1.ApplyOptions{FieldManager: "other"}
	_, err = services.Apply(ctx, coreapply.Service("s", namespace).
		WithSpec(coreapply.ServiceSpec().WithPorts(port("c", 82))), other)
	Ok(t, err)
	changed, err := services.Apply(ctx, coreapply.Service("s", namespace).
		WithSpec(coreapply.ServiceSpec().WithPorts(port("b", 81))), options)
	Ok(t, err)
	var ports []string
	for _, port := range changed.Spec.Ports {
		ports = append(ports, port.Name)
	}
	Is(t, "ports: the list is merged by its key", strings.Join(ports, ""), "bc")
	ownPorts, err := coreapply.ExtractService(changed, "other")
	Ok(t, err)
	Is(t, "the other's own ports", *ownPorts.Spec.Ports[0].Name, "c")

	status := coreapply.Service("s", namespace).WithStatus(coreapply.ServiceStatus().
		WithConditions(metaapply.Condition().WithType("Ready").WithStatus(metav1.ConditionTrue).
			WithReason("Test").WithMessage("").WithLastTransitionTime(metav1.Now())))
	withStatus, err := services.ApplyStatus(ctx, status, options)
	Ok(t, err)
	Is(t, "conditions", len(withStatus.Status.Conditions), 1)
	ownStatus, err := coreapply.ExtractServiceStatus(withStatus, "extractor")
	Ok(t, err)
	Is(t, "own conditions", len(ownStatus.Status.Conditions), 1)

	roles := clients.RbacV1().Roles(namespace)
	rule := rbacapply.PolicyRule().WithVerbs("get").WithAPIGroups("").WithResources("secrets")
	made, err := roles.Apply(ctx, rbacapply.Role("r", namespace).WithRules(rule), options)
	Ok(t, err)
	Is(t, "rules", len(made.Rules), 1)
	_, err = roles.Apply(ctx, rbacapply.Role("r", namespace).WithRules(rule, rule), other)
	True(t, "rules are one field", apierrors.IsConflict(err), err)
	_, err = clients.CoordinationV1().Leases(namespace).Apply(ctx, coordinationapply.Lease("l", namespace).
		WithSpec(coordinationapply.LeaseSpec().WithHolderIdentity("me").WithRenewTime(metav1.NowMicro())), options)
	Ok(t, err)
}

// The extractor for objects without Go types reads the OpenAPI document of the server.
func TestUnstructuredExtractor(t *testing.T) {
	config := Config(t)
	namespace := Namespace(t)
	client, err := dynamic.NewForConfig(config)
	Ok(t, err)
	ctx := Context(t)
	maps := client.Resource(configMaps).Namespace(namespace)
	_, err = maps.Apply(ctx, "a", unstructuredMap("a", map[string]any{"k": "v"}), metav1.ApplyOptions{FieldManager: "extractor"})
	Ok(t, err)
	live, err := maps.Patch(ctx, "a", types.MergePatchType, []byte(`{"data":{"other":"1"}}`), metav1.PatchOptions{})
	Ok(t, err)
	discoverer, err := discovery.NewDiscoveryClientForConfig(config)
	Ok(t, err)
	extractor, err := metaapply.NewUnstructuredExtractor(discoverer)
	Ok(t, err)
	extracted, err := extractor.Extract(live, "extractor")
	Ok(t, err)
	data, _, err := unstructured.NestedStringMap(extracted.Object, "data")
	Ok(t, err)
	Is(t, "own fields", len(data), 1)
	Is(t, "own value", data["k"], "v")
}

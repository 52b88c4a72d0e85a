package controllerruntime

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	coreapply "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	. "milo.test/clients/harness"
)

func TestPatches(t *testing.T) {
	namespace := Namespace(t)
	direct := directClient(t)
	ctx := Context(t)
	made := namedMap(namespace, "a", map[string]string{"k": "1"})
	Ok(t, direct.Create(ctx, made))

	change := made.DeepCopy()
	change.Data["merged"] = "1"
	Ok(t, direct.Patch(ctx, change, client.MergeFrom(made)))
	strategic := change.DeepCopy()
	strategic.Data["strategic"] = "1"
	Ok(t, direct.Patch(ctx, strategic, client.StrategicMergeFrom(change)))
	Is(t, "fields", len(strategic.Data), 3)

	stale := made.DeepCopy()
	stale.Data["k"] = "stale"
	err := direct.Patch(ctx, stale, client.MergeFromWithOptions(made, client.MergeFromWithOptimisticLock{}))
	True(t, "optimistic lock", apierrors.IsConflict(err), err)
	raw := client.RawPatch("application/json-patch+json", []byte(`[{"op":"test","path":"/data/k","value":"other"}]`))
	err = direct.Patch(ctx, strategic, raw)
	True(t, "a test that fails", err != nil && !apierrors.IsInternalError(err), err)

	result, err := controllerutil.CreateOrPatch(ctx, direct, made, func() error {
		made.Data["k"] = "2"
		return nil
	})
	Ok(t, err)
	Is(t, "result", result, controllerutil.OperationResultUpdated)
	result, err = controllerutil.CreateOrPatch(ctx, direct, made, func() error { return nil })
	Ok(t, err)
	Is(t, "result of nothing", result, controllerutil.OperationResultNone)
}

func TestApply(t *testing.T) {
	namespace := Namespace(t)
	direct := directClient(t)
	ctx := Context(t)
	of := func(value string) *coreapply.ConfigMapApplyConfiguration {
		return coreapply.ConfigMap("a", namespace).WithData(map[string]string{"k": value})
	}
	Ok(t, direct.Apply(ctx, of("1"), client.FieldOwner("first")))
	err := direct.Apply(ctx, of("2"), client.FieldOwner("second"))
	True(t, "conflict", apierrors.IsConflict(err), err)
	Ok(t, direct.Apply(ctx, of("2"), client.FieldOwner("second"), client.ForceOwnership))

	plain := &unstructured.Unstructured{}
	plain.SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"})
	plain.SetNamespace(namespace)
	plain.SetName("a")
	Ok(t, unstructured.SetNestedField(plain.Object, "3", "data", "third"))
	Ok(t, direct.Apply(ctx, client.ApplyConfigurationFromUnstructured(plain), client.FieldOwner("third")))
	var live corev1.ConfigMap
	Ok(t, direct.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "a"}, &live))
	Is(t, "applied", fmt.Sprint(live.Data), "map[k:2 third:3]")
	Is(t, "managers", len(live.ManagedFields), 2)
}

func TestStatus(t *testing.T) {
	namespace := Namespace(t)
	direct := directClient(t)
	ctx := Context(t)
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "s"},
		Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, Ports: []corev1.ServicePort{{Port: 80}}},
	}
	Ok(t, direct.Create(ctx, service))
	service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "192.0.2.1"}}
	service.Spec.Ports[0].Port = 8080
	Ok(t, direct.Status().Update(ctx, service))
	Is(t, "port after a write of the status", service.Spec.Ports[0].Port, 80)

	base := service.DeepCopy()
	service.Status.LoadBalancer.Ingress[0].Hostname = "lb.example.com"
	Ok(t, direct.Status().Patch(ctx, service, client.MergeFrom(base)))
	service.Status.LoadBalancer.Ingress = nil
	service.Spec.Ports[0].Port = 81
	Ok(t, direct.Update(ctx, service))
	Is(t, "addresses after a write of the spec", len(service.Status.LoadBalancer.Ingress), 1)
	Is(t, "hostname", service.Status.LoadBalancer.Ingress[0].Hostname, "lb.example.com")
	applied := coreapply.Service("s", namespace).WithStatus(coreapply.ServiceStatus().WithConditions())
	Ok(t, direct.Status().Apply(ctx, applied, client.FieldOwner("status")))
}

// Reads of a manager's client come out of its cache, by label and by an index of its own.
func TestCacheAndIndex(t *testing.T) {
	namespace := Namespace(t)
	mgr := newManager(t, namespace, nil)
	ctx := Context(t)
	Ok(t, mgr.GetFieldIndexer().IndexField(ctx, &corev1.ConfigMap{}, "data.group", func(object client.Object) []string {
		return []string{object.(*corev1.ConfigMap).Data["group"]}
	}))
	start(t, mgr)
	True(t, "the cache is synced", mgr.GetCache().WaitForCacheSync(ctx))
	direct := directClient(t)
	for i := range 6 {
		object := namedMap(namespace, fmt.Sprint("m", i), map[string]string{"group": fmt.Sprint(i % 2)})
		object.Labels = map[string]string{"third": fmt.Sprint(i % 3)}
		Ok(t, direct.Create(ctx, object))
	}
	Eventually(t, "the index knows them", func() bool {
		var maps corev1.ConfigMapList
		err := mgr.GetClient().List(ctx, &maps, client.InNamespace(namespace), client.MatchingFields{"data.group": "1"})
		return err == nil && len(maps.Items) == 3
	})
	Eventually(t, "and their labels", func() bool {
		var maps corev1.ConfigMapList
		err := mgr.GetClient().List(ctx, &maps, client.InNamespace(namespace), client.MatchingLabels{"third": "2"})
		return err == nil && len(maps.Items) == 2
	})
	Eventually(t, "and their metadata alone", func() bool {
		partial := metav1.PartialObjectMetadataList{}
		partial.SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: "ConfigMapList"})
		err := mgr.GetClient().List(ctx, &partial, client.InNamespace(namespace))
		return err == nil && len(partial.Items) == 6
	})

	var page corev1.ConfigMapList
	Ok(t, direct.List(ctx, &page, client.InNamespace(namespace), client.Limit(4)))
	Is(t, "first page", len(page.Items), 4)
	Ok(t, direct.List(ctx, &page, client.InNamespace(namespace), client.Limit(4), client.Continue(page.Continue)))
	Is(t, "second page", len(page.Items), 2)
	Ok(t, direct.DeleteAllOf(ctx, &corev1.ConfigMap{}, client.InNamespace(namespace), client.MatchingLabels{"third": "0"}))
	Ok(t, direct.List(ctx, &page, client.InNamespace(namespace)))
	Is(t, "left", len(page.Items), 4)
	dry := client.NewDryRunClient(direct)
	Ok(t, dry.Delete(ctx, &page.Items[0]))
	Ok(t, direct.Get(ctx, client.ObjectKeyFromObject(&page.Items[0]), &corev1.ConfigMap{}))
}

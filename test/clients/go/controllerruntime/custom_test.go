package controllerruntime

import (
	"context"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	. "milo.test/clients/harness"
)

// Site is a custom resource as the types of an operator have it.
type Site struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              SiteSpec   `json:"spec"`
	Status            SiteStatus `json:"status,omitempty"`
}

type SiteSpec struct {
	Title    string `json:"title"`
	Replicas int32  `json:"replicas,omitempty"`
}

type SiteStatus struct {
	Replicas           int32              `json:"replicas,omitempty"`
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
}

type SiteList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Site `json:"items"`
}

func (s *Site) DeepCopyObject() runtime.Object {
	copied := *s
	copied.ObjectMeta = *s.ObjectMeta.DeepCopy()
	copied.Status.Conditions = append([]metav1.Condition(nil), s.Status.Conditions...)
	return &copied
}

func (l *SiteList) DeepCopyObject() runtime.Object {
	copied := *l
	copied.ListMeta = *l.ListMeta.DeepCopy()
	copied.Items = nil
	for i := range l.Items {
		copied.Items = append(copied.Items, *l.Items[i].DeepCopyObject().(*Site))
	}
	return &copied
}

const siteSchema = `{
	"type": "object",
	"required": ["spec"],
	"properties": {
		"spec": {
			"type": "object",
			"required": ["title"],
			"properties": {
				"title": {"type": "string", "maxLength": 50},
				"replicas": {"type": "integer", "format": "int32", "default": 2}
			},
			"x-kubernetes-validations": [{"rule": "self.replicas <= 5", "message": "no more than five"}]
		},
		"status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
	}
}`

// Defines sites in a group that is the test's own, and waits until they are served. They go with the test.
func defineSites(t *testing.T, direct client.Client) schema.GroupVersion {
	t.Helper()
	version := schema.GroupVersion{Group: ID(t) + ".example.com", Version: "v1"}
	definition := &unstructured.Unstructured{}
	Ok(t, definition.UnmarshalJSON([]byte(fmt.Sprintf(`{
		"apiVersion": "apiextensions.k8s.io/v1",
		"kind": "CustomResourceDefinition",
		"metadata": {"name": "sites.%[1]s", "annotations": {"discovery.miloapis.com/parent-contexts": "Platform"}},
		"spec": {
			"group": "%[1]s",
			"scope": "Namespaced",
			"names": {"plural": "sites", "singular": "site", "kind": "Site", "listKind": "SiteList"},
			"versions": [{
				"name": "v1", "served": true, "storage": true,
				"subresources": {"status": {}},
				"schema": {"openAPIV3Schema": %[2]s}
			}]
		}
	}`, version.Group, siteSchema))))
	Ok(t, direct.Create(Context(t), definition))
	t.Cleanup(func() { Ok(t, client.IgnoreNotFound(direct.Delete(context.Background(), definition))) })
	Eventually(t, "the definition is established", func() bool {
		Ok(t, direct.Get(Context(t), client.ObjectKeyFromObject(definition), definition))
		conditions, _, err := unstructured.NestedSlice(definition.Object, "status", "conditions")
		Ok(t, err)
		for _, condition := range conditions {
			if said := condition.(map[string]any); said["type"] == "Established" && said["status"] == "True" {
				return true
			}
		}
		return false
	})
	return version
}

// Keeps a ConfigMap for every Site, and leaves a note of those that are gone.
type publisher struct {
	client.Client
}

func (p *publisher) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var site Site
	if err := p.Get(ctx, request.NamespacedName, &site); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !site.DeletionTimestamp.IsZero() {
		if !controllerutil.ContainsFinalizer(&site, finalizer) {
			return ctrl.Result{}, nil
		}
		note := namedMap(site.Namespace, "note-"+site.Name, nil)
		if err := p.Create(ctx, note); err != nil && !apierrors.IsAlreadyExists(err) {
			return ctrl.Result{}, err
		}
		controllerutil.RemoveFinalizer(&site, finalizer)
		return ctrl.Result{}, p.Update(ctx, &site)
	}
	if controllerutil.AddFinalizer(&site, finalizer) {
		if err := p.Update(ctx, &site); err != nil {
			return ctrl.Result{}, err
		}
	}
	page := namedMap(site.Namespace, site.Name, nil)
	if _, err := controllerutil.CreateOrUpdate(ctx, p.Client, page, func() error {
		page.Data = map[string]string{"title": site.Spec.Title}
		return controllerutil.SetControllerReference(&site, page, p.Scheme())
	}); err != nil {
		return ctrl.Result{}, err
	}
	before := site.DeepCopyObject().(*Site)
	site.Status.Replicas = site.Spec.Replicas
	site.Status.ObservedGeneration = site.Generation
	meta.SetStatusCondition(&site.Status.Conditions, metav1.Condition{
		Type: "Ready", Status: metav1.ConditionTrue, Reason: "Published", ObservedGeneration: site.Generation,
	})
	return ctrl.Result{}, p.Status().Patch(ctx, &site, client.MergeFrom(before))
}

func checkCustomReconciler(t *testing.T, between func()) {
	t.Helper()
	ctx := Context(t)
	scheme := runtime.NewScheme()
	Ok(t, clientgoscheme.AddToScheme(scheme))
	namespace := Namespace(t)
	version := defineSites(t, directClient(t))
	scheme.AddKnownTypeWithName(version.WithKind("Site"), &Site{})
	scheme.AddKnownTypeWithName(version.WithKind("SiteList"), &SiteList{})
	metav1.AddToGroupVersion(scheme, version)

	mgr := newManager(t, namespace, func(options *manager.Options) { options.Scheme = scheme })
	Ok(t, ctrl.NewControllerManagedBy(mgr).Named("publisher").For(&Site{}).Owns(&corev1.ConfigMap{}).
		Complete(&publisher{mgr.GetClient()}))
	start(t, mgr)
	direct, err := client.New(Config(t), client.Options{Scheme: scheme})
	Ok(t, err)

	key := client.ObjectKey{Namespace: namespace, Name: "a"}
	site := &Site{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "a"}, Spec: SiteSpec{Title: "first"}}
	Ok(t, direct.Create(ctx, site))
	Is(t, "the default", site.Spec.Replicas, 2)
	isPublished := func(title string) func() bool {
		return func() bool {
			var page corev1.ConfigMap
			if direct.Get(ctx, key, &page) != nil || direct.Get(ctx, key, site) != nil {
				return false
			}
			return page.Data["title"] == title && metav1.IsControlledBy(&page, site) &&
				site.Status.ObservedGeneration == site.Generation && site.Status.Replicas == site.Spec.Replicas &&
				meta.IsStatusConditionTrue(site.Status.Conditions, "Ready")
		}
	}
	Eventually(t, "the site is published", isPublished("first"))
	True(t, "the finalizer is there", controllerutil.ContainsFinalizer(site, finalizer))
	Is(t, "the generation, which status and metadata leave alone", site.Generation, 1)

	between()
	change := site.DeepCopyObject().(*Site)
	change.Spec = SiteSpec{Title: "second", Replicas: 3}
	Ok(t, direct.Patch(ctx, change, client.MergeFrom(site)))
	Eventually(t, "the site follows", isPublished("second"))
	Is(t, "the generation", site.Generation, 2)

	wrong := site.DeepCopyObject().(*Site)
	wrong.Spec.Replicas = 6
	err = direct.Update(ctx, wrong)
	True(t, "the rule refuses", apierrors.IsInvalid(err), err)

	page := namedMap(namespace, "a", nil)
	Ok(t, direct.Delete(ctx, page))
	Eventually(t, "the page is made again", isPublished("second"))

	Ok(t, direct.Delete(ctx, site))
	Eventually(t, "the site is gone", func() bool { return apierrors.IsNotFound(direct.Get(ctx, key, site)) })
	Ok(t, direct.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "note-a"}, &corev1.ConfigMap{}))
	Eventually(t, "the page goes with its owner", func() bool { return apierrors.IsNotFound(direct.Get(ctx, key, page)) })
}

func TestCustomReconciler(t *testing.T) { checkCustomReconciler(t, func() {}) }

func TestRestartUnderCustomReconciler(t *testing.T) {
	checkCustomReconciler(t, func() { Restart(t) })
}

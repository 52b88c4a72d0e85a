package clientgo

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	. "milo.test/clients/harness"
)

var configMaps = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}

func unstructuredMap(name string, data map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1",
		"kind":       "ConfigMap",
		"metadata":   map[string]any{"name": name},
		"data":       data,
	}}
}

func TestDynamicClient(t *testing.T) {
	client, err := dynamic.NewForConfig(Config(t))
	Ok(t, err)
	maps := client.Resource(configMaps).Namespace(Namespace(t))
	ctx := Context(t)

	made, err := maps.Create(ctx, unstructuredMap("a", map[string]any{"k": "v"}), metav1.CreateOptions{})
	Ok(t, err)
	Ok(t, unstructured.SetNestedField(made.Object, "w", "data", "k"))
	changed, err := maps.Update(ctx, made, metav1.UpdateOptions{})
	Ok(t, err)
	True(t, "a newer revision", changed.GetResourceVersion() != made.GetResourceVersion())
	_, err = maps.Update(ctx, made, metav1.UpdateOptions{})
	True(t, "conflict", apierrors.IsConflict(err), err)

	applied, err := maps.Apply(ctx, "a", unstructuredMap("a", map[string]any{"mine": "1"}),
		metav1.ApplyOptions{FieldManager: "dynamic"})
	Ok(t, err)
	value, _, err := unstructured.NestedString(applied.Object, "data", "k")
	Ok(t, err)
	Is(t, "what another wrote", value, "w")

	list, err := maps.List(ctx, metav1.ListOptions{})
	Ok(t, err)
	Is(t, "items", len(list.Items), 1)
	Is(t, "kind of a list's item", list.Items[0].GetKind(), "ConfigMap")
	Ok(t, maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{}))
	_, err = maps.Get(ctx, "a", metav1.GetOptions{})
	True(t, "gone", apierrors.IsNotFound(err), err)
}

// The platform's own kinds have no Go types; a controller of them would use this client.
func TestDynamicClientOfPlatformKinds(t *testing.T) {
	config := Config(t)
	client, err := dynamic.NewForConfig(config)
	Ok(t, err)
	version := schema.GroupVersion{Group: "resourcemanager.miloapis.com", Version: "v1alpha1"}
	organizations := client.Resource(version.WithResource("organizations"))
	ctx := Context(t)
	name := ID(t)
	_, err = organizations.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": version.String(), "kind": "Organization",
		"metadata": map[string]any{"name": name},
		"spec":     map[string]any{"type": "Standard"},
	}}, metav1.CreateOptions{})
	if InProject(config) {
		True(t, "a project has no organizations", apierrors.IsNotFound(err), err)
		return
	}
	Ok(t, err)
	patched, err := organizations.Patch(ctx, name, types.MergePatchType,
		[]byte(`{"metadata":{"annotations":{"kubernetes.io/display-name":"Name"}}}`), metav1.PatchOptions{})
	Ok(t, err)
	Is(t, "annotation", patched.GetAnnotations()["kubernetes.io/display-name"], "Name")
	Ok(t, organizations.Delete(ctx, name, metav1.DeleteOptions{}))
}

func TestFieldValidation(t *testing.T) {
	var warnings warningList
	config := Config(t)
	config.WarningHandler = &warnings
	client, err := dynamic.NewForConfig(config)
	Ok(t, err)
	maps := client.Resource(configMaps).Namespace(Namespace(t))
	ctx := Context(t)
	odd := unstructuredMap("a", nil)
	odd.Object["odd"] = "field"

	_, err = maps.Create(ctx, odd, metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict})
	True(t, "refused", apierrors.IsBadRequest(err), err)
	True(t, "named", strings.Contains(err.Error(), `strict decoding error: unknown field "odd"`), err)
	made, err := maps.Create(ctx, odd, metav1.CreateOptions{FieldValidation: metav1.FieldValidationWarn})
	Ok(t, err)
	_, isKept := made.Object["odd"]
	True(t, "dropped", !isKept)
	Is(t, "warnings", strings.Join(warnings.texts, "; "), `unknown field "odd"`)
	_, err = maps.Patch(ctx, "a", types.MergePatchType, []byte(`{"odd":"field"}`),
		metav1.PatchOptions{FieldValidation: metav1.FieldValidationStrict})
	True(t, "refused in a patch", apierrors.IsInvalid(err) || apierrors.IsBadRequest(err), err)
}

type warningList struct {
	mutex sync.Mutex
	texts []string
}

func (w *warningList) HandleWarningHeader(_ int, _ string, text string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.texts = append(w.texts, text)
}

var _ rest.WarningHandler = &warningList{}

func TestMetadataClient(t *testing.T) {
	config := Config(t)
	recorder := Record(config)
	client, err := metadata.NewForConfig(config)
	Ok(t, err)
	namespace := Namespace(t)
	ctx := Context(t)
	maps := client.Resource(configMaps).Namespace(namespace)
	_, err = Clients(t, Config(t)).CoreV1().ConfigMaps(namespace).Create(ctx,
		configMap("a", map[string]string{"k": "v"}), metav1.CreateOptions{})
	Ok(t, err)

	got, err := maps.Get(ctx, "a", metav1.GetOptions{})
	Ok(t, err)
	Is(t, "name", got.Name, "a")
	patched, err := maps.Patch(ctx, "a", types.MergePatchType, []byte(`{"metadata":{"labels":{"a":"b"}}}`), metav1.PatchOptions{})
	Ok(t, err)
	Is(t, "label", patched.Labels["a"], "b")
	list, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "a=b"})
	Ok(t, err)
	Is(t, "items", len(list.Items), 1)
	watcher, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion})
	Ok(t, err)
	defer watcher.Stop()
	Ok(t, maps.Delete(ctx, "a", metav1.DeleteOptions{}))
	event := <-watcher.ResultChan()
	Is(t, "event", string(event.Type), "DELETED")
	Is(t, "name in the event", event.Object.(*metav1.PartialObjectMetadata).Name, "a")
	whole := recorder.Exchanges(func(exchange Exchange) bool {
		return exchange.Method == "GET" && !strings.HasPrefix(exchange.ResponseType, Protobuf)
	})
	True(t, "all of it in protobuf", len(whole) == 0, whole)
}

// What kubectl get asks for, through the plain REST client.
func TestTables(t *testing.T) {
	namespace := Namespace(t)
	clients := Clients(t, Config(t))
	ctx := Context(t)
	_, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, configMap("a", map[string]string{"k": "v"}), metav1.CreateOptions{})
	Ok(t, err)
	raw, err := clients.CoreV1().RESTClient().Get().Namespace(namespace).Resource("configmaps").
		SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").Do(ctx).Raw()
	Ok(t, err)
	var table metav1.Table
	Ok(t, json.Unmarshal(raw, &table))
	Is(t, "kind", table.Kind, "Table")
	Is(t, "first column", table.ColumnDefinitions[0].Name, "Name")
	Is(t, "rows", len(table.Rows), 1)
	Is(t, "first cell", table.Rows[0].Cells[0].(string), "a")
}

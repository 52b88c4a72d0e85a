package clientgo

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/openapi3"
	"k8s.io/client-go/restmapper"
	"k8s.io/kube-openapi/pkg/util/proto"
	"k8s.io/kube-openapi/pkg/validation/spec"

	. "milo.test/clients/harness"
)

func discoveryClient(t *testing.T, isLegacy bool) *discovery.DiscoveryClient {
	t.Helper()
	client, err := discovery.NewDiscoveryClientForConfig(Config(t))
	Ok(t, err)
	client.UseLegacyDiscovery = isLegacy
	return client
}

// Group, version, kind, resource, verbs and short names of everything served, one line each.
func servedLines(t *testing.T, client *discovery.DiscoveryClient) []string {
	t.Helper()
	_, lists, err := client.ServerGroupsAndResources()
	Ok(t, err)
	var lines []string
	for _, list := range lists {
		for _, resource := range list.APIResources {
			if strings.Contains(resource.Name, "/") {
				// The client gives subresources their parent's, which legacy discovery does not name.
				resource.SingularName = ""
			}
			verbs := slices.Sorted(slices.Values(resource.Verbs))
			lines = append(lines, strings.Join([]string{
				list.GroupVersion, resource.Kind, resource.Name, resource.SingularName,
				strings.Join(verbs, ","), strings.Join(resource.ShortNames, ","), strings.Join(resource.Categories, ","),
			}, " "))
		}
	}
	slices.Sort(lines)
	return lines
}

func TestDiscovery(t *testing.T) {
	aggregated := servedLines(t, discoveryClient(t, false))
	legacy := servedLines(t, discoveryClient(t, true))
	True(t, "many resources", len(aggregated) > 20, aggregated)
	True(t, "both ways tell the same", slices.Equal(aggregated, legacy), aggregated, legacy)

	version, err := discoveryClient(t, false).ServerVersion()
	Ok(t, err)
	Is(t, "major", version.Major, "1")
	preferred, err := discoveryClient(t, false).ServerPreferredResources()
	Ok(t, err)
	True(t, "preferred resources", len(preferred) > 5, len(preferred))
	namespaced, err := discoveryClient(t, false).ServerPreferredNamespacedResources()
	Ok(t, err)
	True(t, "namespaced resources", len(namespaced) > 2, len(namespaced))
}

func TestRESTMapper(t *testing.T) {
	for _, isLegacy := range []bool{false, true} {
		cached := memory.NewMemCacheClient(discoveryClient(t, isLegacy))
		mapper := restmapper.NewShortcutExpander(restmapper.NewDeferredDiscoveryRESTMapper(cached), cached, nil)
		for word, wanted := range map[string]string{
			"cm": "ConfigMap", "configmap": "ConfigMap", "svc": "Service", "ns": "Namespace", "csr": "CertificateSigningRequest",
			"lease": "Lease", "rolebindings": "RoleBinding",
		} {
			kind, err := mapper.KindFor(schema.GroupVersionResource{Resource: word})
			Ok(t, err)
			Is(t, word, kind.Kind, wanted)
		}
		mapping, err := mapper.RESTMapping(schema.GroupKind{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole"})
		Ok(t, err)
		Is(t, "resource", mapping.Resource.Resource, "clusterroles")
		Is(t, "scope", mapping.Scope.Name(), meta.RESTScopeNameRoot)
		_, err = mapper.KindFor(schema.GroupVersionResource{Resource: "widgets"})
		True(t, "no such kind", meta.IsNoMatchError(err), err)
		expander := restmapper.NewDiscoveryCategoryExpander(cached)
		all, isKnown := expander.Expand("all")
		True(t, "category all", isKnown && slices.Contains(all, schema.GroupResource{Resource: "services"}), all)
	}
}

// Sample objects that the documents must describe.
func describedObjects(t *testing.T) []runtime.Object {
	t.Helper()
	objects := []runtime.Object{
		configMap("a", map[string]string{"k": "v"}), secret("a"), lease("a"), role("a"), service("a"), quota("a"),
		endpointSlice("a"), certificateRequest(t, "a"),
	}
	for _, object := range objects {
		kinds, _, err := scheme.Scheme.ObjectKinds(object)
		Ok(t, err)
		object.GetObjectKind().SetGroupVersionKind(kinds[0])
	}
	return objects
}

// What server-side apply of a client (and of Argo CD) reads: every schema of the v3 documents, as types.
func TestOpenAPIV3(t *testing.T) {
	root := openapi3.NewRoot(discoveryClient(t, false).OpenAPIV3())
	versions, err := root.GroupVersions()
	Ok(t, err)
	_, lists, err := discoveryClient(t, false).ServerGroupsAndResources()
	Ok(t, err)
	schemas := map[string]*spec.Schema{}
	for _, list := range lists {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		Ok(t, err)
		True(t, "a document for each served version", slices.Contains(versions, version), version)
		document, err := root.GVSpec(version)
		Ok(t, err)
		True(t, "paths", len(document.Paths.Paths) > 0, version)
		maps.Copy(schemas, document.Components.Schemas)
	}
	converter, err := managedfields.NewTypeConverter(schemas, false)
	Ok(t, err)
	for _, object := range describedObjects(t) {
		value, err := converter.ObjectToTyped(object)
		Ok(t, err)
		fields, err := value.ToFieldSet()
		Ok(t, err)
		True(t, "fields", !fields.Empty(), object)
	}
}

// The v2 document in its protobuf form, as kubectl and the extractors of client-go read it.
func TestOpenAPIV2(t *testing.T) {
	document, err := discoveryClient(t, false).OpenAPISchema()
	Ok(t, err)
	models, err := proto.NewOpenAPIData(document)
	Ok(t, err)
	parser, err := managedfields.NewGVKParser(models, false)
	Ok(t, err)
	_, lists, err := discoveryClient(t, false).ServerGroupsAndResources()
	Ok(t, err)
	for _, list := range lists {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		Ok(t, err)
		for _, resource := range list.APIResources {
			if strings.Contains(resource.Name, "/") {
				continue
			}
			True(t, "a type", parser.Type(version.WithKind(resource.Kind)) != nil, version, resource.Kind)
		}
	}
	for _, object := range describedObjects(t) {
		_, err := parser.Type(object.GetObjectKind().GroupVersionKind()).FromStructured(object)
		Ok(t, err)
	}
}

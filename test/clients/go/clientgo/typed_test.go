// Package clientgo drives a server with client-go as programs do: each test one way of using it.
package clientgo

import (
	"context"
	"strings"
	"testing"

	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"

	. "milo.test/clients/harness"
)

// The part of every typed client that is the same for all kinds.
type typedClient[T runtime.Object] interface {
	Create(context.Context, T, metav1.CreateOptions) (T, error)
	Get(context.Context, string, metav1.GetOptions) (T, error)
	Update(context.Context, T, metav1.UpdateOptions) (T, error)
	Patch(context.Context, string, types.PatchType, []byte, metav1.PatchOptions, ...string) (T, error)
	Delete(context.Context, string, metav1.DeleteOptions) error
}

// One object of a kind from its creation to its end.
func checkLife[T runtime.Object](t *testing.T, client typedClient[T], object T) {
	t.Helper()
	ctx := Context(t)
	wanted := object.DeepCopyObject()
	created, err := client.Create(ctx, object, metav1.CreateOptions{})
	Ok(t, err)
	name := metaOf(t, created).GetName()
	_, err = client.Create(ctx, object, metav1.CreateOptions{})
	True(t, "a second create is refused", apierrors.IsAlreadyExists(err), err)

	got, err := client.Get(ctx, name, metav1.GetOptions{})
	Ok(t, err)
	True(t, "get answers what create answered", apiequality.Semantic.DeepEqual(got, created), got, created)

	stale := got.DeepCopyObject().(T)
	metaOf(t, got).SetLabels(map[string]string{"a": "b"})
	updated, err := client.Update(ctx, got, metav1.UpdateOptions{})
	Ok(t, err)
	Is(t, "label", metaOf(t, updated).GetLabels()["a"], "b")
	metaOf(t, stale).SetLabels(map[string]string{"a": "stale"})
	_, err = client.Update(ctx, stale, metav1.UpdateOptions{})
	True(t, "an update of what has changed is a conflict", apierrors.IsConflict(err), err)

	for kind, patch := range map[types.PatchType]string{
		types.JSONPatchType:           `[{"op":"add","path":"/metadata/labels/json","value":"x"}]`,
		types.MergePatchType:          `{"metadata":{"labels":{"merge":"x"}}}`,
		types.StrategicMergePatchType: `{"metadata":{"labels":{"strategic":"x"}}}`,
	} {
		_, err = client.Patch(ctx, name, kind, []byte(patch), metav1.PatchOptions{})
		Ok(t, err)
	}
	patched, err := client.Get(ctx, name, metav1.GetOptions{})
	Ok(t, err)
	Is(t, "number of labels", len(metaOf(t, patched).GetLabels()), 4)
	True(t, "every write is a newer revision",
		metaOf(t, patched).GetResourceVersion() != metaOf(t, updated).GetResourceVersion())
	Is(t, "uid", metaOf(t, patched).GetUID(), metaOf(t, created).GetUID())

	Ok(t, client.Delete(ctx, name, metav1.DeleteOptions{}))
	_, err = client.Get(ctx, name, metav1.GetOptions{})
	True(t, "it is gone", apierrors.IsNotFound(err), err)

	// What the object says itself went there and back unchanged, but for the defaults the server adds.
	asMade := wanted.DeepCopyObject().(T)
	metaOf(t, asMade).SetName(metaOf(t, asMade).GetName() + "-again")
	again, err := client.Create(ctx, asMade, metav1.CreateOptions{})
	Ok(t, err)
	True(t, "what was sent came back", apiequality.Semantic.DeepDerivative(specOf(t, wanted), specOf(t, again)), again)
	Ok(t, client.Delete(ctx, metaOf(t, again).GetName(), metav1.DeleteOptions{}))
}

func metaOf(t *testing.T, object runtime.Object) metav1.Object {
	t.Helper()
	accessor, err := meta.Accessor(object)
	Ok(t, err)
	return accessor
}

// The object as a map, without metadata.
func specOf(t *testing.T, object runtime.Object) map[string]any {
	t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	Ok(t, err)
	delete(content, "metadata")
	delete(content, "status")
	return content
}

func TestTypedClient(t *testing.T) {
	for _, contentType := range []string{Protobuf, JSON} {
		config := Config(t)
		config.ContentType = contentType
		config.AcceptContentTypes = contentType
		recorder := Record(config)
		clients := Clients(t, config)
		namespace := Namespace(t)
		core := clients.CoreV1()

		binary := configMap("c", map[string]string{"text": "grün\n", "empty": ""})
		binary.BinaryData = map[string][]byte{"bytes": {0xff, 0, 1}}
		checkLife(t, core.ConfigMaps(namespace), binary)
		checkLife(t, core.Secrets(namespace), secret("s"))
		checkLife(t, core.ServiceAccounts(namespace), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "a"}})
		checkLife(t, core.Services(namespace), service("v"))
		checkLife(t, core.ResourceQuotas(namespace), quota("q"))
		checkLife(t, clients.CoordinationV1().Leases(namespace), lease("l"))
		checkLife(t, clients.RbacV1().Roles(namespace), role("r"))
		checkLife(t, clients.DiscoveryV1().EndpointSlices(namespace), endpointSlice("e"))
		checkLife(t, clients.CertificatesV1().CertificateSigningRequests(), certificateRequest(t, ID(t)))

		others := recorder.Exchanges(func(exchange Exchange) bool {
			isPatch := exchange.Method == "PATCH"
			return exchange.ResponseType != contentType ||
				exchange.RequestType != "" && !isPatch && exchange.RequestType != contentType
		})
		True(t, "everything is spoken in "+contentType, len(others) == 0, others)
	}
}

func TestTypedStatusAndApproval(t *testing.T) {
	config := Config(t)
	config.ContentType = Protobuf
	requests := Clients(t, config).CertificatesV1().CertificateSigningRequests()
	ctx := Context(t)
	name := ID(t)
	request, err := requests.Create(ctx, certificateRequest(t, name), metav1.CreateOptions{})
	Ok(t, err)
	True(t, "who asks is recorded", request.Spec.Username != "")
	request.Status.Conditions = append(request.Status.Conditions, certificatesv1.CertificateSigningRequestCondition{
		Type: certificatesv1.CertificateApproved, Status: corev1.ConditionTrue, Reason: "Test", Message: "by a test",
	})
	approved, err := requests.UpdateApproval(ctx, name, request, metav1.UpdateOptions{})
	Ok(t, err)
	Is(t, "conditions", len(approved.Status.Conditions), 1)
	// The main endpoint leaves the status alone.
	approved.Status.Conditions = nil
	approved.Labels = map[string]string{"a": "b"}
	updated, err := requests.Update(ctx, approved, metav1.UpdateOptions{})
	Ok(t, err)
	Is(t, "conditions after an update", len(updated.Status.Conditions), 1)
	Ok(t, requests.Delete(ctx, name, metav1.DeleteOptions{}))
}

func TestErrors(t *testing.T) {
	for _, contentType := range []string{Protobuf, JSON} {
		config := Config(t)
		config.ContentType = contentType
		config.AcceptContentTypes = contentType
		core := Clients(t, config).CoreV1()
		namespace := Namespace(t)
		ctx := Context(t)

		_, err := core.ConfigMaps(namespace).Get(ctx, "missing", metav1.GetOptions{})
		True(t, "not found", apierrors.IsNotFound(err), err)
		Is(t, "message", err.Error(), `configmaps "missing" not found`)

		_, err = core.ConfigMaps(namespace).Create(ctx, configMap("Not Valid", nil), metav1.CreateOptions{})
		True(t, "invalid", apierrors.IsInvalid(err), err)
		status := err.(apierrors.APIStatus).Status()
		Is(t, "causes", len(status.Details.Causes), 1)
		Is(t, "field", status.Details.Causes[0].Field, "metadata.name")

		_, err = core.ConfigMaps("nowhere-"+namespace).Create(ctx, configMap("a", nil), metav1.CreateOptions{})
		True(t, "no such namespace", apierrors.IsNotFound(err), err)

		_, err = core.ConfigMaps(namespace).List(ctx, metav1.ListOptions{Continue: "nonsense"})
		True(t, "bad continue token", apierrors.IsBadRequest(err), err)
		_, err = core.ConfigMaps(namespace).List(ctx, metav1.ListOptions{FieldSelector: "data.a=b"})
		True(t, "no such field label", apierrors.IsBadRequest(err), err)
		// The list of the typed client would try again for most of a minute.
		err = core.RESTClient().Get().Namespace(namespace).Resource("configmaps").
			Param("resourceVersion", "9999999999").MaxRetries(0).Do(ctx).Error()
		True(t, "a revision of the future", apierrors.IsTimeout(err), err)
		True(t, "and it says so", strings.Contains(err.Error(), "Too large resource version"), err)

		immutable := configMap("immutable", map[string]string{"a": "b"})
		immutable.Immutable = new(bool)
		*immutable.Immutable = true
		made, err := core.ConfigMaps(namespace).Create(ctx, immutable, metav1.CreateOptions{})
		Ok(t, err)
		made.Data["a"] = "c"
		_, err = core.ConfigMaps(namespace).Update(ctx, made, metav1.UpdateOptions{})
		True(t, "immutable", apierrors.IsInvalid(err), err)

		uid := types.UID("another")
		err = core.ConfigMaps(namespace).Delete(ctx, "immutable",
			metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}})
		True(t, "another uid", apierrors.IsConflict(err), err)
	}
}

// Many writers add to one counter: with retry.RetryOnConflict none of the increments is lost.
func TestRetryOnConflict(t *testing.T) {
	const writers, rounds = 4, 5
	namespace := Namespace(t)
	maps := Clients(t, Config(t)).CoreV1().ConfigMaps(namespace)
	ctx := Context(t)
	_, err := maps.Create(ctx, configMap("counter", map[string]string{"n": ""}), metav1.CreateOptions{})
	Ok(t, err)
	failures := make(chan error, writers)
	backoff := retry.DefaultBackoff
	backoff.Steps = 100
	backoff.Factor = 1
	for range writers {
		go func() {
			for range rounds {
				err := retry.RetryOnConflict(backoff, func() error {
					counter, err := maps.Get(ctx, "counter", metav1.GetOptions{})
					if err != nil {
						return err
					}
					counter.Data["n"] += "x"
					_, err = maps.Update(ctx, counter, metav1.UpdateOptions{})
					return err
				})
				if err != nil {
					failures <- err
					return
				}
			}
			failures <- nil
		}()
	}
	for range writers {
		Ok(t, <-failures)
	}
	counter, err := maps.Get(ctx, "counter", metav1.GetOptions{})
	Ok(t, err)
	Is(t, "increments", len(counter.Data["n"]), writers*rounds)
}

func TestDryRun(t *testing.T) {
	namespace := Namespace(t)
	maps := Clients(t, Config(t)).CoreV1().ConfigMaps(namespace)
	ctx := Context(t)
	dry := []string{metav1.DryRunAll}
	made, err := maps.Create(ctx, configMap("a", map[string]string{"k": "v"}), metav1.CreateOptions{DryRun: dry})
	Ok(t, err)
	True(t, "it looks made", made.UID != "" && !made.CreationTimestamp.IsZero(), made)
	_, err = maps.Get(ctx, "a", metav1.GetOptions{})
	True(t, "but is not", apierrors.IsNotFound(err), err)

	made, err = maps.Create(ctx, configMap("a", map[string]string{"k": "v"}), metav1.CreateOptions{})
	Ok(t, err)
	change := made.DeepCopy()
	change.Data["k"] = "w"
	changed, err := maps.Update(ctx, change, metav1.UpdateOptions{DryRun: dry})
	Ok(t, err)
	Is(t, "answer of an update", changed.Data["k"], "w")
	patched, err := maps.Patch(ctx, "a", types.MergePatchType, []byte(`{"data":{"k":"x"}}`), metav1.PatchOptions{DryRun: dry})
	Ok(t, err)
	Is(t, "answer of a patch", patched.Data["k"], "x")
	Ok(t, maps.Delete(ctx, "a", metav1.DeleteOptions{DryRun: dry}))
	Ok(t, maps.DeleteCollection(ctx, metav1.DeleteOptions{DryRun: dry}, metav1.ListOptions{}))
	now, err := maps.Get(ctx, "a", metav1.GetOptions{})
	Ok(t, err)
	Is(t, "resourceVersion", now.ResourceVersion, made.ResourceVersion)
}

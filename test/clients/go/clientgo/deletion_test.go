package clientgo

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"

	. "milo.test/clients/harness"
)

// An owner and what depends on it.
func ownerAndChild(t *testing.T, clients kubernetes.Interface, namespace string) {
	t.Helper()
	ctx := Context(t)
	owner, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, configMap("owner", nil), metav1.CreateOptions{})
	Ok(t, err)
	child := secret("child")
	child.Finalizers = []string{"example.com/hold"}
	child.OwnerReferences = []metav1.OwnerReference{{
		APIVersion: "v1", Kind: "ConfigMap", Name: owner.Name, UID: owner.UID, BlockOwnerDeletion: ptr.To(true),
	}}
	_, err = clients.CoreV1().Secrets(namespace).Create(ctx, child, metav1.CreateOptions{})
	Ok(t, err)
}

func TestDeletionPropagation(t *testing.T) {
	clients := Clients(t, Config(t))
	ctx := Context(t)
	isGone := func(err error) bool { return apierrors.IsNotFound(err) }
	for _, policy := range []metav1.DeletionPropagation{
		metav1.DeletePropagationBackground, metav1.DeletePropagationForeground, metav1.DeletePropagationOrphan,
	} {
		namespace := Namespace(t)
		maps, secrets := clients.CoreV1().ConfigMaps(namespace), clients.CoreV1().Secrets(namespace)
		ownerAndChild(t, clients, namespace)
		Ok(t, maps.Delete(ctx, "owner", metav1.DeleteOptions{PropagationPolicy: &policy}))
		release := func() {
			t.Helper()
			child, err := secrets.Get(ctx, "child", metav1.GetOptions{})
			Ok(t, err)
			child.Finalizers = nil
			_, err = secrets.Update(ctx, child, metav1.UpdateOptions{})
			Ok(t, err)
		}
		ownerIsGone := func() bool {
			_, err := maps.Get(ctx, "owner", metav1.GetOptions{})
			return isGone(err)
		}
		childIsGone := func() bool {
			_, err := secrets.Get(ctx, "child", metav1.GetOptions{})
			return isGone(err)
		}
		childGoes := func() bool {
			child, err := secrets.Get(ctx, "child", metav1.GetOptions{})
			return err == nil && child.DeletionTimestamp != nil
		}
		switch policy {
		case metav1.DeletePropagationBackground:
			True(t, "the owner is gone at once", ownerIsGone())
			Eventually(t, "the child goes", childGoes)
			release()
			Eventually(t, "the child is gone", childIsGone)
		case metav1.DeletePropagationForeground:
			owner, err := maps.Get(ctx, "owner", metav1.GetOptions{})
			Ok(t, err)
			True(t, "the owner waits", owner.DeletionTimestamp != nil &&
				slices.Contains(owner.Finalizers, metav1.FinalizerDeleteDependents), owner.Finalizers)
			Eventually(t, "the child goes", childGoes)
			True(t, "the owner still waits", !ownerIsGone())
			release()
			Eventually(t, "the child is gone", childIsGone)
			Eventually(t, "the owner is gone", ownerIsGone)
		case metav1.DeletePropagationOrphan:
			Eventually(t, "the owner is gone", ownerIsGone)
			child, err := secrets.Get(ctx, "child", metav1.GetOptions{})
			Ok(t, err)
			True(t, "the child stays", child.DeletionTimestamp == nil && len(child.OwnerReferences) == 0, child)
			release()
		}
	}
}

func TestFinalizersAndPreconditions(t *testing.T) {
	namespace := Namespace(t)
	maps := Clients(t, Config(t)).CoreV1().ConfigMaps(namespace)
	ctx := Context(t)
	held := configMap("a", nil)
	held.Finalizers = []string{"example.com/hold"}
	made, err := maps.Create(ctx, held, metav1.CreateOptions{})
	Ok(t, err)
	err = maps.Delete(ctx, "a", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{ResourceVersion: ptr.To("1")}})
	True(t, "another revision", apierrors.IsConflict(err), err)
	Ok(t, maps.Delete(ctx, "a", metav1.DeleteOptions{
		Preconditions: &metav1.Preconditions{UID: &made.UID, ResourceVersion: &made.ResourceVersion},
	}))
	waiting, err := maps.Get(ctx, "a", metav1.GetOptions{})
	Ok(t, err)
	True(t, "it waits", waiting.DeletionTimestamp != nil)
	_, err = maps.Create(ctx, held, metav1.CreateOptions{})
	True(t, "the name is taken until then", apierrors.IsAlreadyExists(err), err)
	waiting.Finalizers = nil
	_, err = maps.Update(ctx, waiting, metav1.UpdateOptions{})
	Ok(t, err)
	_, err = maps.Get(ctx, "a", metav1.GetOptions{})
	True(t, "and is gone", apierrors.IsNotFound(err), err)
}

func TestNamespaceDeletion(t *testing.T) {
	clients := Clients(t, Config(t))
	ctx := Context(t)
	name := ID(t)
	_, err := clients.CoreV1().Namespaces().Create(ctx,
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	Ok(t, err)
	held := configMap("a", nil)
	held.Finalizers = []string{"example.com/hold"}
	_, err = clients.CoreV1().ConfigMaps(name).Create(ctx, held, metav1.CreateOptions{})
	Ok(t, err)
	Ok(t, clients.CoreV1().Namespaces().Delete(ctx, name, metav1.DeleteOptions{}))
	_, err = clients.CoreV1().ConfigMaps(name).Create(ctx, configMap("late", nil), metav1.CreateOptions{})
	True(t, "nothing new", apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause), err)
	_, err = clients.CoreV1().ConfigMaps(name).Patch(ctx, "a", "application/json-patch+json",
		[]byte(`[{"op":"remove","path":"/metadata/finalizers"}]`), metav1.PatchOptions{})
	Ok(t, err)
	Eventually(t, "the namespace is gone", func() bool {
		_, err := clients.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	})
}

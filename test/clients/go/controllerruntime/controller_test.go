// Package controllerruntime drives a server with controller-runtime as operators do.
package controllerruntime

import (
	"context"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	. "milo.test/clients/harness"
)

const finalizer = "example.com/mirrored"

func init() { log.SetLogger(zap.New()) }

// Keeps for every ConfigMap a Secret with the same data, and counts what it let go.
type mirror struct {
	client.Client
}

func (m *mirror) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var source corev1.ConfigMap
	if err := m.Get(ctx, request.NamespacedName, &source); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if strings.HasPrefix(source.Name, "kube-") {
		return ctrl.Result{}, nil
	}
	if !source.DeletionTimestamp.IsZero() {
		if !controllerutil.ContainsFinalizer(&source, finalizer) {
			return ctrl.Result{}, nil
		}
		// What stands outside the cluster would be let go here; a map stands for it.
		note := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "kube-note-" + source.Name, Namespace: source.Namespace}}
		if err := m.Create(ctx, note); err != nil && !apierrors.IsAlreadyExists(err) {
			return ctrl.Result{}, err
		}
		controllerutil.RemoveFinalizer(&source, finalizer)
		return ctrl.Result{}, m.Update(ctx, &source)
	}
	if controllerutil.AddFinalizer(&source, finalizer) {
		if err := m.Update(ctx, &source); err != nil {
			return ctrl.Result{}, err
		}
	}
	copied := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: source.Name, Namespace: source.Namespace}}
	_, err := controllerutil.CreateOrUpdate(ctx, m.Client, copied, func() error {
		copied.Data = map[string][]byte{}
		for key, value := range source.Data {
			copied.Data[key] = []byte(value)
		}
		return controllerutil.SetControllerReference(&source, copied, m.Scheme())
	})
	return ctrl.Result{}, err
}

func newManager(t *testing.T, namespace string, change func(*manager.Options)) manager.Manager {
	t.Helper()
	options := manager.Options{
		Metrics:    metricsserver.Options{BindAddress: "0"},
		Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Controller: config.Controller{SkipNameValidation: ptr.To(true)},
	}
	if change != nil {
		change(&options)
	}
	made, err := ctrl.NewManager(Config(t), options)
	Ok(t, err)
	return made
}

// Runs it until the answered function is called or the test ends.
func start(t *testing.T, mgr manager.Manager) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(Context(t))
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	isStopped := false
	stop = func() {
		if isStopped {
			return
		}
		isStopped = true
		cancel()
		Ok(t, <-ended)
	}
	t.Cleanup(stop)
	return stop
}

func startMirror(t *testing.T, namespace string) client.Client {
	t.Helper()
	mgr := newManager(t, namespace, nil)
	Ok(t, ctrl.NewControllerManagedBy(mgr).Named("mirror").For(&corev1.ConfigMap{}).Owns(&corev1.Secret{}).
		Complete(&mirror{mgr.GetClient()}))
	start(t, mgr)
	return directClient(t)
}

// A client that reads from the server, not from a cache.
func directClient(t *testing.T) client.Client {
	t.Helper()
	direct, err := client.New(Config(t), client.Options{})
	Ok(t, err)
	return direct
}

func namedMap(namespace, name string, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}, Data: data}
}

func checkReconciler(t *testing.T, between func()) {
	t.Helper()
	namespace := Namespace(t)
	direct := startMirror(t, namespace)
	ctx := Context(t)
	key := client.ObjectKey{Namespace: namespace, Name: "a"}
	source := namedMap(namespace, "a", map[string]string{"k": "1"})
	Ok(t, direct.Create(ctx, source))
	mirrorSays := func(value string) func() bool {
		return func() bool {
			var copied corev1.Secret
			err := direct.Get(ctx, key, &copied)
			return err == nil && string(copied.Data["k"]) == value && metav1.IsControlledBy(&copied, source)
		}
	}
	Eventually(t, "the secret is made", mirrorSays("1"))

	between()
	Ok(t, direct.Get(ctx, key, source))
	True(t, "the finalizer is there", controllerutil.ContainsFinalizer(source, finalizer))
	change := source.DeepCopy()
	change.Data["k"] = "2"
	Ok(t, direct.Patch(ctx, change, client.MergeFrom(source)))
	Eventually(t, "the secret follows", mirrorSays("2"))

	// Owns: what others do to the dependent is undone.
	copied := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "a"}}
	Ok(t, direct.Delete(ctx, copied))
	Eventually(t, "the secret is made again", mirrorSays("2"))
	Ok(t, direct.Get(ctx, key, copied))
	copied.Data["k"] = []byte("spoilt")
	Ok(t, direct.Update(ctx, copied))
	Eventually(t, "the secret is mended", mirrorSays("2"))

	Ok(t, direct.Delete(ctx, source))
	Eventually(t, "the map is gone", func() bool { return apierrors.IsNotFound(direct.Get(ctx, key, source)) })
	Ok(t, direct.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "kube-note-a"}, &corev1.ConfigMap{}))
	Eventually(t, "the secret goes with its owner", func() bool { return apierrors.IsNotFound(direct.Get(ctx, key, copied)) })
}

func TestReconciler(t *testing.T) { checkReconciler(t, func() {}) }

func TestRestartUnderReconciler(t *testing.T) { checkReconciler(t, func() { Restart(t) }) }

// Many objects at once, each reconciled however often its writes meet.
func TestReconcilerOfMany(t *testing.T) {
	const objects = 40
	namespace := Namespace(t)
	direct := startMirror(t, namespace)
	ctx := Context(t)
	for i := range objects {
		name := "m-" + string(rune('a'+i%26)) + string(rune('a'+i/26))
		Ok(t, direct.Create(ctx, namedMap(namespace, name, map[string]string{"k": name})))
	}
	Eventually(t, "each has its secret", func() bool {
		var secrets corev1.SecretList
		return direct.List(ctx, &secrets, client.InNamespace(namespace)) == nil && len(secrets.Items) == objects
	})
	Ok(t, direct.DeleteAllOf(ctx, &corev1.ConfigMap{}, client.InNamespace(namespace)))
	Eventually(t, "each secret goes", func() bool {
		var secrets corev1.SecretList
		return direct.List(ctx, &secrets, client.InNamespace(namespace)) == nil && len(secrets.Items) == 0
	})
}

func TestManagersElectALeader(t *testing.T) {
	namespace := Namespace(t)
	elect := func(options *manager.Options) {
		options.LeaderElection = true
		options.LeaderElectionID = "example.com-leader"
		options.LeaderElectionNamespace = namespace
		options.LeaderElectionReleaseOnCancel = true
		options.LeaseDuration = ptr.To(4 * time.Second)
		options.RenewDeadline = ptr.To(3 * time.Second)
		options.RetryPeriod = ptr.To(200 * time.Millisecond)
	}
	first, second := newManager(t, namespace, elect), newManager(t, namespace, elect)
	stopFirst := start(t, first)
	<-first.Elected()
	start(t, second)
	select {
	case <-second.Elected():
		t.Fatal("both lead")
	case <-time.After(500 * time.Millisecond):
	}
	stopFirst()
	<-second.Elected()
}

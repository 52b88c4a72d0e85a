package clientgo

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/features"
	featurestesting "k8s.io/client-go/features/testing"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	. "milo.test/clients/harness"
)

// What an informer has told of each object: never a revision that is not newer than the one before, and at the end
// exactly what there is.
type witness struct {
	mutex    sync.Mutex
	faults   []string
	versions map[string]string
	adds     int
	updates  int
	deletes  int
}

func watchWith(t *testing.T, informer cache.SharedInformer) *witness {
	t.Helper()
	w := &witness{versions: map[string]string{}}
	keyAndVersion := func(object any) (string, string) {
		if gone, isGone := object.(cache.DeletedFinalStateUnknown); isGone {
			object = gone.Obj
		}
		accessor := object.(metav1.Object)
		return accessor.GetName(), accessor.GetResourceVersion()
	}
	newer := func(key, old, now string) {
		if len(now) < len(old) || len(now) == len(old) && now <= old {
			w.faults = append(w.faults, fmt.Sprintf("%s went from %s to %s", key, old, now))
		}
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(object any) {
			w.mutex.Lock()
			defer w.mutex.Unlock()
			key, version := keyAndVersion(object)
			if _, isKnown := w.versions[key]; isKnown {
				w.faults = append(w.faults, key+" was added twice")
			}
			w.versions[key] = version
			w.adds++
		},
		UpdateFunc: func(_, object any) {
			w.mutex.Lock()
			defer w.mutex.Unlock()
			key, version := keyAndVersion(object)
			newer(key, w.versions[key], version)
			w.versions[key] = version
			w.updates++
		},
		DeleteFunc: func(object any) {
			w.mutex.Lock()
			defer w.mutex.Unlock()
			key, _ := keyAndVersion(object)
			delete(w.versions, key)
			w.deletes++
		},
	})
	Ok(t, err)
	return w
}

// Has the witness been told of exactly these names and revisions?
func (w *witness) knows(versions map[string]string) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if len(versions) != len(w.versions) {
		return false
	}
	for name, version := range versions {
		if w.versions[name] != version {
			return false
		}
	}
	return true
}

func (w *witness) mustBeFaultless(t *testing.T) {
	t.Helper()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	True(t, "every event is newer than the one before", len(w.faults) == 0, w.faults)
}

// Some writers at once, each on objects of its own and on one they share; every third object is deleted again.
func writeAtOnce(t *testing.T, clients kubernetes.Interface, namespace, round string) {
	t.Helper()
	const writers, objects = 4, 6
	ctx := Context(t)
	var group sync.WaitGroup
	failures := make(chan error, writers)
	for writer := range writers {
		group.Go(func() {
			for i := range objects {
				name := fmt.Sprintf("%s-%d-%d", round, writer, i)
				if err := writeOne(ctx, clients, namespace, name, i%3 == 0); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	group.Wait()
	close(failures)
	for err := range failures {
		t.Fatal(err)
	}
}

func writeOne(ctx context.Context, clients kubernetes.Interface, namespace, name string, isPassing bool) error {
	maps := clients.CoreV1().ConfigMaps(namespace)
	secrets := clients.CoreV1().Secrets(namespace)
	made, err := maps.Create(ctx, configMap(name, map[string]string{"n": "0"}), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if _, err := secrets.Create(ctx, secret(name), metav1.CreateOptions{}); err != nil {
		return err
	}
	for _, value := range []string{"1", "2", "3"} {
		made.Data["n"] = value
		if made, err = maps.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
			return err
		}
	}
	if !isPassing {
		return nil
	}
	if err := maps.Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
		return err
	}
	return secrets.Delete(ctx, name, metav1.DeleteOptions{})
}

// Names and revisions as a list has them.
func listed(t *testing.T, client dynamic.Interface, resource schema.GroupVersionResource, namespace string) map[string]string {
	t.Helper()
	list, err := client.Resource(resource).Namespace(namespace).List(Context(t), metav1.ListOptions{})
	Ok(t, err)
	versions := map[string]string{}
	for _, item := range list.Items {
		versions[item.GetName()] = item.GetResourceVersion()
	}
	return versions
}

var watchedResources = []schema.GroupVersionResource{
	configMaps,
	{Version: "v1", Resource: "secrets"},
	{Version: "v1", Resource: "events"},
}

// Every sort of informer at once, over the same resources.
func startInformers(t *testing.T, ctx context.Context, config *rest.Config, namespace string) map[string]*witness {
	t.Helper()
	clients := Clients(t, config)
	dynamicClient, err := dynamic.NewForConfig(config)
	Ok(t, err)
	metadataClient, err := metadata.NewForConfig(config)
	Ok(t, err)
	const resync = 0
	typed := informers.NewSharedInformerFactoryWithOptions(clients, resync, informers.WithNamespace(namespace))
	untyped := dynamicinformer.NewFilteredDynamicSharedInformerFactory(dynamicClient, resync, namespace, nil)
	partial := metadatainformer.NewFilteredSharedInformerFactory(metadataClient, resync, namespace, nil)
	witnesses := map[string]*witness{}
	for _, resource := range watchedResources {
		generic, err := typed.ForResource(resource)
		Ok(t, err)
		witnesses[resource.Resource+" typed"] = watchWith(t, generic.Informer())
		witnesses[resource.Resource+" dynamic"] = watchWith(t, untyped.ForResource(resource).Informer())
		witnesses[resource.Resource+" metadata"] = watchWith(t, partial.ForResource(resource).Informer())
	}
	typed.Start(ctx.Done())
	untyped.Start(ctx.Done())
	partial.Start(ctx.Done())
	for what, isSynced := range typed.WaitForCacheSync(ctx.Done()) {
		True(t, "typed informer is synced", isSynced, what)
	}
	for what, isSynced := range untyped.WaitForCacheSync(ctx.Done()) {
		True(t, "dynamic informer is synced", isSynced, what)
	}
	for what, isSynced := range partial.WaitForCacheSync(ctx.Done()) {
		True(t, "metadata informer is synced", isSynced, what)
	}
	return witnesses
}

func checkWitnesses(t *testing.T, config *rest.Config, namespace string, witnesses map[string]*witness) {
	t.Helper()
	client, err := dynamic.NewForConfig(config)
	Ok(t, err)
	for _, resource := range watchedResources {
		versions := listed(t, client, resource, namespace)
		for _, sort := range []string{"typed", "dynamic", "metadata"} {
			witness := witnesses[resource.Resource+" "+sort]
			Eventually(t, sort+" informer knows all "+resource.Resource, func() bool { return witness.knows(versions) })
			witness.mustBeFaultless(t)
		}
	}
}

func checkInformers(t *testing.T, contentType string, isWatchList bool) {
	t.Helper()
	featurestesting.SetFeatureDuringTest(t, features.WatchListClient, isWatchList)
	config := Config(t)
	config.ContentType = contentType
	recorder := Record(config)
	namespace := Namespace(t)
	clients := Clients(t, config)
	writeAtOnce(t, clients, namespace, "before")
	_, err := clients.CoreV1().Events(namespace).Create(Context(t), &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Name: "e"},
		InvolvedObject: corev1.ObjectReference{Kind: "ConfigMap", Name: "a", Namespace: namespace},
		Reason:         "Tested",
	}, metav1.CreateOptions{})
	Ok(t, err)

	// Ended before the namespace goes.
	ctx, cancel := context.WithCancel(Context(t))
	defer cancel()
	witnesses := startInformers(t, ctx, config, namespace)
	lists := recorder.Exchanges(func(exchange Exchange) bool {
		return exchange.Method == "GET" && !strings.Contains(exchange.URL, "watch=true") &&
			strings.Contains(exchange.URL, "/"+namespace+"/")
	})
	streams := recorder.Exchanges(func(exchange Exchange) bool {
		return strings.Contains(exchange.URL, "sendInitialEvents=true")
	})
	if isWatchList {
		Is(t, "informers that have listed", len(lists), 0)
		Is(t, "informers that have streamed the list", len(streams), len(witnesses))
	} else {
		Is(t, "informers that have listed", len(lists), len(witnesses))
		Is(t, "informers that have streamed the list", len(streams), 0)
	}
	writeAtOnce(t, clients, namespace, "after")
	checkWitnesses(t, Config(t), namespace, witnesses)

	refused := recorder.Exchanges(func(exchange Exchange) bool { return exchange.Status >= 400 })
	True(t, "nothing was refused", len(refused) == 0, refused)
}

func TestInformersWithWatchListProtobuf(t *testing.T)    { checkInformers(t, Protobuf, true) }
func TestInformersWithWatchListJSON(t *testing.T)        { checkInformers(t, JSON, true) }
func TestInformersWithoutWatchListProtobuf(t *testing.T) { checkInformers(t, Protobuf, false) }
func TestInformersWithoutWatchListJSON(t *testing.T)     { checkInformers(t, JSON, false) }

func checkInformersAcrossRestart(t *testing.T, isWatchList bool) {
	t.Helper()
	featurestesting.SetFeatureDuringTest(t, features.WatchListClient, isWatchList)
	config := Config(t)
	namespace := Namespace(t)
	clients := Clients(t, config)
	ctx, cancel := context.WithCancel(Context(t))
	defer cancel()
	witnesses := startInformers(t, ctx, config, namespace)
	for _, round := range []string{"one", "two"} {
		writeAtOnce(t, clients, namespace, round+"-before")
		Restart(t)
		writeAtOnce(t, clients, namespace, round+"-after")
		checkWitnesses(t, config, namespace, witnesses)
	}
	w := witnesses["configmaps typed"]
	Is(t, "maps the typed informer was told of", w.adds, 4*4*6)
}

func TestRestartUnderInformersWithWatchList(t *testing.T)    { checkInformersAcrossRestart(t, true) }
func TestRestartUnderInformersWithoutWatchList(t *testing.T) { checkInformersAcrossRestart(t, false) }

func TestInformerWithSelectorAndTransform(t *testing.T) {
	namespace := Namespace(t)
	clients := Clients(t, Config(t))
	ctx, cancel := context.WithCancel(Context(t))
	defer cancel()
	factory := informers.NewSharedInformerFactoryWithOptions(clients, 100*time.Millisecond,
		informers.WithNamespace(namespace),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = "chosen=yes" }),
		informers.WithTransform(func(object any) (any, error) {
			object.(*corev1.ConfigMap).Data = map[string]string{"transformed": "yes"}
			return object, nil
		}))
	informer := factory.Core().V1().ConfigMaps()
	Ok(t, informer.Informer().AddIndexers(cache.Indexers{"by-label": func(object any) ([]string, error) {
		return []string{object.(*corev1.ConfigMap).Labels["group"]}, nil
	}}))
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())

	made := configMap("a", map[string]string{"k": "v"})
	made.Labels = map[string]string{"chosen": "no", "group": "one"}
	object, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, made, metav1.CreateOptions{})
	Ok(t, err)
	setChosen := func(value string) {
		object.Labels["chosen"] = value
		object, err = clients.CoreV1().ConfigMaps(namespace).Update(ctx, object, metav1.UpdateOptions{})
		Ok(t, err)
	}
	count := func(n int) func() bool {
		return func() bool {
			found, err := informer.Informer().GetIndexer().ByIndex("by-label", "one")
			return err == nil && len(found) == n
		}
	}
	setChosen("yes")
	Eventually(t, "it comes into the selection", count(1))
	cached, err := informer.Lister().ConfigMaps(namespace).Get("a")
	Ok(t, err)
	Is(t, "transformed", cached.Data["transformed"], "yes")
	setChosen("no")
	Eventually(t, "it leaves the selection", count(0))
	setChosen("yes")
	Eventually(t, "it comes again", count(1))
	Ok(t, clients.CoreV1().ConfigMaps(namespace).Delete(ctx, "a", metav1.DeleteOptions{}))
	Eventually(t, "it is gone", count(0))
}

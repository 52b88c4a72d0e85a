package clientgo

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/pager"
	watchtools "k8s.io/client-go/tools/watch"
	"k8s.io/utils/ptr"

	. "milo.test/clients/harness"
)

func TestPager(t *testing.T) {
	const objects, pageSize = 23, 5
	config := Config(t)
	recorder := Record(config)
	namespace := Namespace(t)
	maps := Clients(t, config).CoreV1().ConfigMaps(namespace)
	ctx := Context(t)
	for i := range objects {
		_, err := maps.Create(ctx, configMap(fmt.Sprintf("m-%02d", i), nil), metav1.CreateOptions{})
		Ok(t, err)
	}
	lister := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		return maps.List(ctx, options)
	})
	lister.PageSize = pageSize
	lister.PageBufferSize = 0
	var names []string
	err := lister.EachListItem(ctx, metav1.ListOptions{}, func(object runtime.Object) error {
		names = append(names, object.(*corev1.ConfigMap).Name)
		if len(names) == pageSize {
			// The pages are those of the first one's revision, whatever goes meanwhile.
			return maps.Delete(ctx, "m-22", metav1.DeleteOptions{})
		}
		return nil
	})
	Ok(t, err)
	Is(t, "objects", len(names), objects)
	True(t, "in order", sort.StringsAreSorted(names), names)
	pages := recorder.Exchanges(func(exchange Exchange) bool { return strings.Contains(exchange.URL, "limit=5") })
	Is(t, "pages", len(pages), 5)

	first, err := maps.List(ctx, metav1.ListOptions{Limit: 10})
	Ok(t, err)
	Is(t, "remaining", *first.RemainingItemCount, int64(12))
}

func TestSelectors(t *testing.T) {
	namespace := Namespace(t)
	clients := Clients(t, Config(t))
	ctx := Context(t)
	for name, labels := range map[string]map[string]string{
		"a": {"tier": "web", "app": "shop"},
		"b": {"tier": "db"},
		"c": {},
	} {
		object := secret(name)
		object.Labels = labels
		if name == "b" {
			object.Type = "example.com/special"
		}
		_, err := clients.CoreV1().Secrets(namespace).Create(ctx, object, metav1.CreateOptions{})
		Ok(t, err)
	}
	check := func(labels, fields, wanted string) {
		t.Helper()
		list, err := clients.CoreV1().Secrets(namespace).List(ctx,
			metav1.ListOptions{LabelSelector: labels, FieldSelector: fields})
		Ok(t, err)
		var names []string
		for _, item := range list.Items {
			names = append(names, item.Name)
		}
		Is(t, labels+" "+fields, strings.Join(names, ""), wanted)
	}
	check("", "", "abc")
	check("tier=web", "", "a")
	check("tier!=web", "", "bc")
	check("tier in (web,db)", "", "ab")
	check("tier notin (web)", "", "bc")
	check("tier", "", "ab")
	check("!tier", "", "c")
	check("tier,app=shop", "", "a")
	check("", "metadata.name=b", "b")
	check("", "metadata.name!=b", "ac")
	check("", "type=example.com/special", "b")
	check("tier", "type!=example.com/special", "a")
	check("", "metadata.namespace="+namespace, "abc")
}

func TestWatchSelection(t *testing.T) {
	namespace := Namespace(t)
	maps := Clients(t, Config(t)).CoreV1().ConfigMaps(namespace)
	ctx := Context(t)
	list, err := maps.List(ctx, metav1.ListOptions{})
	Ok(t, err)
	watcher, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion, LabelSelector: "in=yes"})
	Ok(t, err)
	defer watcher.Stop()
	label := func(value string) {
		_, err := maps.Patch(ctx, "a", types.MergePatchType,
			[]byte(`{"metadata":{"labels":{"in":"`+value+`"}}}`), metav1.PatchOptions{})
		Ok(t, err)
	}
	_, err = maps.Create(ctx, configMap("a", nil), metav1.CreateOptions{})
	Ok(t, err)
	label("yes")
	_, err = maps.Patch(ctx, "a", types.MergePatchType, []byte(`{"data":{"k":"v"}}`), metav1.PatchOptions{})
	Ok(t, err)
	label("no")
	label("yes")
	Ok(t, maps.Delete(ctx, "a", metav1.DeleteOptions{}))
	for _, wanted := range []watch.EventType{watch.Added, watch.Modified, watch.Deleted, watch.Added, watch.Deleted} {
		event := <-watcher.ResultChan()
		Is(t, "event", event.Type, wanted)
		Is(t, "of", event.Object.(*corev1.ConfigMap).Name, "a")
	}
}

// A watch the server ends every second, taken up again by RetryWatcher while somebody writes.
func TestRetryWatcher(t *testing.T) {
	const changes = 40
	namespace := Namespace(t)
	maps := Clients(t, Config(t)).CoreV1().ConfigMaps(namespace)
	ctx := Context(t)
	made, err := maps.Create(ctx, configMap("a", map[string]string{"n": ""}), metav1.CreateOptions{})
	Ok(t, err)
	watches := 0
	watcher, err := watchtools.NewRetryWatcherWithContext(ctx, made.ResourceVersion, &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			watches++
			options.TimeoutSeconds = ptr.To(int64(1))
			return maps.Watch(ctx, options)
		},
	})
	Ok(t, err)
	defer watcher.Stop()
	failure := make(chan error, 1)
	go func() {
		for i := range changes {
			made.Data["n"] = fmt.Sprint(i)
			if made, err = maps.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
				break
			}
			time.Sleep(70 * time.Millisecond)
		}
		failure <- err
	}()
	for i := range changes {
		event := <-watcher.ResultChan()
		Is(t, "event", event.Type, watch.Modified)
		Is(t, "change", event.Object.(*corev1.ConfigMap).Data["n"], fmt.Sprint(i))
	}
	Ok(t, <-failure)
	True(t, "it was taken up again", watches > 1, watches)
}

func TestUntilWithSync(t *testing.T) {
	namespace := Namespace(t)
	maps := Clients(t, Config(t)).CoreV1().ConfigMaps(namespace)
	ctx := Context(t)
	_, err := maps.Create(ctx, configMap("a", nil), metav1.CreateOptions{})
	Ok(t, err)
	go func() {
		time.Sleep(100 * time.Millisecond)
		_ = maps.Delete(ctx, "a", metav1.DeleteOptions{})
	}()
	lists := cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			return maps.List(ctx, options)
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			return maps.Watch(ctx, options)
		},
	}, Clients(t, Config(t)))
	event, err := watchtools.UntilWithSync(ctx, lists, &corev1.ConfigMap{}, nil,
		func(event watch.Event) (bool, error) { return event.Type == watch.Deleted, nil })
	Ok(t, err)
	Is(t, "of", event.Object.(*corev1.ConfigMap).Name, "a")
}

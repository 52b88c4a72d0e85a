package clientgo

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/record"

	. "milo.test/clients/harness"
)

// The older recorder counts what repeats, by patching the Event.
func TestEventRecorder(t *testing.T) {
	namespace := Namespace(t)
	clients := Clients(t, Config(t))
	ctx := Context(t)
	object, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, configMap("a", nil), metav1.CreateOptions{})
	Ok(t, err)
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	defer broadcaster.Shutdown()
	broadcaster.StartRecordingToSink(&corev1client.EventSinkImpl{Interface: clients.CoreV1().Events("")})
	recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "tester"})
	for range 3 {
		recorder.Event(object, corev1.EventTypeNormal, "Tested", "all is well")
	}
	Eventually(t, "one event, three times", func() bool {
		list, err := clients.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.uid=" + string(object.UID)})
		return err == nil && len(list.Items) == 1 && list.Items[0].Count == 3
	})
	// The newer group sees the same objects.
	same, err := clients.EventsV1().Events(namespace).List(ctx, metav1.ListOptions{FieldSelector: "reason=Tested"})
	Ok(t, err)
	Is(t, "events of events.k8s.io", len(same.Items), 1)
	Is(t, "note", same.Items[0].Note, "all is well")
	Is(t, "count", same.Items[0].DeprecatedCount, int32(3))
	found, err := clients.CoreV1().Events(namespace).SearchWithContext(ctx, scheme.Scheme, object)
	Ok(t, err)
	Is(t, "events about it", len(found.Items), 1)
}

// The newer recorder makes a series of what repeats.
func TestEventsRecorder(t *testing.T) {
	namespace := Namespace(t)
	clients := Clients(t, Config(t))
	ctx := Context(t)
	object, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, configMap("a", nil), metav1.CreateOptions{})
	Ok(t, err)
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: clients.EventsV1()})
	defer broadcaster.Shutdown()
	Ok(t, broadcaster.StartRecordingToSinkWithContext(ctx))
	recorder := broadcaster.NewRecorder(scheme.Scheme, "example.com/tester")
	recorder.Eventf(object, nil, corev1.EventTypeWarning, "Tested", "Test", "number %d", 1)
	reason := metav1.ListOptions{FieldSelector: "reason=Tested"}
	Eventually(t, "an event", func() bool {
		list, err := clients.EventsV1().Events(namespace).List(ctx, reason)
		return err == nil && len(list.Items) == 1 && list.Items[0].Series == nil
	})
	recorder.Eventf(object, nil, corev1.EventTypeWarning, "Tested", "Test", "number %d", 1)
	Eventually(t, "a series", func() bool {
		list, err := clients.EventsV1().Events(namespace).List(ctx, reason)
		return err == nil && len(list.Items) == 1 && list.Items[0].Series != nil && list.Items[0].Series.Count == 2
	})
}

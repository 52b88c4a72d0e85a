package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/klog"
	"k8s.io/perf-tests/clusterloader2/pkg/measurement"
	"k8s.io/perf-tests/clusterloader2/pkg/util"
)

// waitForObjectsName has the name and the parameters of the measurement of later versions of ClusterLoader2, of which
// it knows objects of the whole control plane, their number and successful conditions ("Ready=True"). waitForNoneName
// is our own: the other waits for objects alone, and a deletion is done only when none is left.
const (
	waitForObjectsName = "WaitForGenericK8sObjects"
	waitForNoneName    = "WaitForNoObjects"
	defaultTimeout     = 10 * time.Minute
	defaultRefresh     = 250 * time.Millisecond
)

func init() {
	for _, name := range []string{waitForObjectsName, waitForNoneName} {
		name := name
		create := func() measurement.Measurement { return &waitForObjects{name: name} }
		if err := measurement.Register(name, create); err != nil {
			klog.Fatalf("Cannot register %s: %v", name, err)
		}
	}
}

type waitForObjects struct{ name string }

type waited struct {
	resource   schema.GroupVersionResource
	selector   string
	conditions []string
	minimum    int
	timeout    time.Duration
	refresh    time.Duration
}

func (w *waitForObjects) Execute(config *measurement.Config) ([]measurement.Summary, error) {
	what, err := w.read(config)
	if err != nil {
		return nil, err
	}
	objects := config.ClusterFramework.GetDynamicClients().GetClient().Resource(what.resource)
	deadline := time.Now().Add(what.timeout)
	for {
		ctx, cancel := context.WithDeadline(context.TODO(), deadline)
		list, err := objects.List(ctx, metav1.ListOptions{LabelSelector: what.selector})
		cancel()
		if err != nil {
			return nil, err
		}
		met := 0
		for i := range list.Items {
			if meets(&list.Items[i], what.conditions) {
				met++
			}
		}
		if w.name == waitForNoneName && len(list.Items) == 0 {
			return nil, nil
		}
		if w.name == waitForObjectsName && met >= what.minimum {
			return nil, nil
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("%d %s after %v, %d of them as they should be",
				len(list.Items), what.resource.Resource, what.timeout, met)
		}
		time.Sleep(what.refresh)
	}
}

func (w *waitForObjects) read(config *measurement.Config) (*waited, error) {
	what := &waited{}
	var err error
	if what.resource.Group, err = util.GetStringOrDefault(config.Params, "objectGroup", ""); err != nil {
		return nil, err
	}
	if what.resource.Version, err = util.GetString(config.Params, "objectVersion"); err != nil {
		return nil, err
	}
	if what.resource.Resource, err = util.GetString(config.Params, "objectResource"); err != nil {
		return nil, err
	}
	if what.selector, err = util.GetStringOrDefault(config.Params, "labelSelector", ""); err != nil {
		return nil, err
	}
	if what.minimum, err = util.GetIntOrDefault(config.Params, "minDesiredObjectCount", 0); err != nil {
		return nil, err
	}
	if what.timeout, err = util.GetDurationOrDefault(config.Params, "timeout", defaultTimeout); err != nil {
		return nil, err
	}
	if what.refresh, err = util.GetDurationOrDefault(config.Params, "refreshInterval", defaultRefresh); err != nil {
		return nil, err
	}
	if given, exists := config.Params["successfulConditions"]; exists {
		list, isList := given.([]interface{})
		if !isList {
			return nil, fmt.Errorf("successfulConditions must be a list")
		}
		for _, condition := range list {
			what.conditions = append(what.conditions, fmt.Sprint(condition))
		}
	}
	return what, nil
}

// Whether the object has all conditions, each as "Type=Status".
func meets(object *unstructured.Unstructured, wanted []string) bool {
	conditions, _, err := unstructured.NestedSlice(object.Object, "status", "conditions")
	if err != nil {
		return false
	}
	has := map[string]bool{}
	for _, one := range conditions {
		if condition, isMap := one.(map[string]interface{}); isMap {
			has[fmt.Sprintf("%v=%v", condition["type"], condition["status"])] = true
		}
	}
	for _, condition := range wanted {
		if !has[strings.TrimSpace(condition)] {
			return false
		}
	}
	return true
}

func (w *waitForObjects) Dispose() {}

func (w *waitForObjects) String() string { return w.name }

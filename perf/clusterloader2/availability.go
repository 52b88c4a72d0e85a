package main

import (
	"fmt"
	"sync"
	"time"

	"k8s.io/klog"
	"k8s.io/perf-tests/clusterloader2/pkg/errors"
	"k8s.io/perf-tests/clusterloader2/pkg/measurement"
	measurementutil "k8s.io/perf-tests/clusterloader2/pkg/measurement/util"
	"k8s.io/perf-tests/clusterloader2/pkg/util"
)

// The name and the parameters of the measurement that later versions of ClusterLoader2 have, so that tests can move
// there as they are. Theirs also asks each host through a pod; there are no pods here.
const availabilityName = "APIAvailability"

func init() {
	create := func() measurement.Measurement { return &availability{} }
	if err := measurement.Register(availabilityName, create); err != nil {
		klog.Fatalf("Cannot register %s: %v", availabilityName, err)
	}
}

// Asks /readyz at an interval and counts the answers that are not 200 or do not come within it.
type availability struct {
	stop      chan struct{}
	done      sync.WaitGroup
	frequency time.Duration
	polls     int
	failures  int
	failing   int
	longest   int
}

func (a *availability) Execute(config *measurement.Config) ([]measurement.Summary, error) {
	action, err := util.GetString(config.Params, "action")
	if err != nil {
		return nil, err
	}
	switch action {
	case "start":
		return nil, a.start(config)
	case "gather":
		return a.gather(config)
	default:
		return nil, fmt.Errorf("unknown action %v", action)
	}
}

func (a *availability) start(config *measurement.Config) error {
	if a.stop != nil {
		return fmt.Errorf("%s has been started", availabilityName)
	}
	var err error
	if a.frequency, err = util.GetDurationOrDefault(config.Params, "pollFrequency", time.Second); err != nil {
		return err
	}
	s, err := serverOf(config)
	if err != nil {
		return err
	}
	a.stop = make(chan struct{})
	a.done.Add(1)
	go a.poll(s, a.stop)
	return nil
}

func (a *availability) poll(s *server, stop <-chan struct{}) {
	defer a.done.Done()
	ticker := time.NewTicker(a.frequency)
	defer ticker.Stop()
	for {
		a.polls++
		if _, err := s.get("/readyz", a.frequency); err != nil {
			klog.Warningf("%s: %v", availabilityName, err)
			a.failures++
			a.failing++
			if a.failing > a.longest {
				a.longest = a.failing
			}
		} else {
			a.failing = 0
		}
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
	}
}

func (a *availability) gather(config *measurement.Config) ([]measurement.Summary, error) {
	if a.stop == nil {
		return nil, fmt.Errorf("%s has not been started", availabilityName)
	}
	threshold, err := util.GetFloat64OrDefault(config.Params, "threshold", 0)
	if err != nil {
		return nil, err
	}
	a.Dispose()
	percentage := 100 * float64(a.polls-a.failures) / float64(a.polls)
	content, err := util.PrettyPrintJSON(measurementutil.PerfData{
		Version: "v1",
		DataItems: []measurementutil.DataItem{
			{Unit: "%", Data: map[string]float64{"availabilityPercentage": percentage}},
			{Unit: "count", Data: map[string]float64{"polls": float64(a.polls)}},
			{Unit: "s", Data: map[string]float64{"longestUnavailablePeriod": float64(a.longest) * a.frequency.Seconds()}},
		},
	})
	if err != nil {
		return nil, err
	}
	summaries := []measurement.Summary{measurement.CreateSummary(availabilityName, "json", content)}
	if percentage < threshold {
		return summaries, errors.NewMetricViolationError("API availability",
			fmt.Sprintf("%.2f%% is below %.2f%%", percentage, threshold))
	}
	return summaries, nil
}

func (a *availability) Dispose() {
	if a.stop != nil {
		close(a.stop)
		a.done.Wait()
		a.stop = nil
	}
}

func (a *availability) String() string { return availabilityName }

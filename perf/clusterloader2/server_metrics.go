package main

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/common/model"
	"k8s.io/klog"
	"k8s.io/perf-tests/clusterloader2/pkg/errors"
	"k8s.io/perf-tests/clusterloader2/pkg/measurement"
	measurementutil "k8s.io/perf-tests/clusterloader2/pkg/measurement/util"
	"k8s.io/perf-tests/clusterloader2/pkg/util"
)

// ServerMetrics is our own. It reads the server's /metrics when a test starts, at an interval, and when it ends, and
// needs neither Prometheus nor kubelets nor etcd. It answers three summaries, each in place of one that needs them:
//
//	APIResponsivenessScraped  latencies by verb, resource and scope, and error counts (APIResponsivenessPrometheus)
//	ResourceUsageScraped      memory and processor time of the server process (ResourceUsageSummary)
//	StoreMetrics              size of the store, what was written to it, and how long that took (EtcdMetrics)
const serverMetricsName = "ServerMetrics"

const (
	scrapeTimeout    = 10 * time.Second
	durationBuckets  = "apiserver_request_duration_seconds_bucket"
	requestTotal     = "apiserver_request_total"
	residentBytes    = "process_resident_memory_bytes"
	processorSeconds = "process_cpu_seconds_total"
	storeBytes       = "apiserver_storage_size_bytes"
	storeUsedBytes   = "milo_store_used_bytes"
	storeRevision    = "milo_store_revision"
	writeBuckets     = "etcd_request_duration_seconds_bucket"
)

func init() {
	create := func() measurement.Measurement { return &serverMetrics{} }
	if err := measurement.Register(serverMetricsName, create); err != nil {
		klog.Fatalf("Cannot register %s: %v", serverMetricsName, err)
	}
}

type scrape struct {
	at      time.Time
	samples []*model.Sample
}

type serverMetrics struct {
	server *server
	first  *scrape
	stop   chan struct{}
	done   sync.WaitGroup
	// Highest seen, by name of the metric.
	highest map[string]float64
}

func (m *serverMetrics) Execute(config *measurement.Config) ([]measurement.Summary, error) {
	action, err := util.GetString(config.Params, "action")
	if err != nil {
		return nil, err
	}
	switch action {
	case "start":
		return nil, m.start(config)
	case "gather":
		return m.gather(config)
	default:
		return nil, fmt.Errorf("unknown action %v", action)
	}
}

func (m *serverMetrics) start(config *measurement.Config) error {
	interval, err := util.GetDurationOrDefault(config.Params, "interval", time.Second)
	if err != nil {
		return err
	}
	if m.server, err = serverOf(config); err != nil {
		return err
	}
	m.highest = map[string]float64{}
	if m.first, err = m.scrape(); err != nil {
		return err
	}
	m.stop = make(chan struct{})
	m.done.Add(1)
	go m.watch(interval, m.stop)
	return nil
}

func (m *serverMetrics) watch(interval time.Duration, stop <-chan struct{}) {
	defer m.done.Done()
	for {
		select {
		case <-stop:
			return
		case <-time.After(interval):
			if _, err := m.scrape(); err != nil {
				klog.Warningf("%s: %v", serverMetricsName, err)
			}
		}
	}
}

func (m *serverMetrics) scrape() (*scrape, error) {
	body, err := m.server.get("/metrics", scrapeTimeout)
	if err != nil {
		return nil, err
	}
	samples, err := measurementutil.ExtractMetricSamples(string(body))
	if err != nil {
		return nil, err
	}
	for _, sample := range samples {
		switch name := nameOf(sample); name {
		case residentBytes, storeBytes, storeUsedBytes:
			m.highest[name] = math.Max(m.highest[name], float64(sample.Value))
		}
	}
	return &scrape{at: time.Now(), samples: samples}, nil
}

func (m *serverMetrics) gather(config *measurement.Config) ([]measurement.Summary, error) {
	if m.first == nil {
		return nil, fmt.Errorf("%s has not been started", serverMetricsName)
	}
	m.Dispose()
	last, err := m.scrape()
	if err != nil {
		return nil, err
	}
	threshold, err := util.GetDurationOrDefault(config.Params, "thresholdP99", 0)
	if err != nil {
		return nil, err
	}
	calls := callsBetween(m.first.samples, last.samples)
	var summaries []measurement.Summary
	for name, items := range map[string][]measurementutil.DataItem{
		"APIResponsivenessScraped": itemsOf(calls),
		"ResourceUsageScraped":     m.usage(last),
		"StoreMetrics":             m.store(last),
	} {
		content, err := util.PrettyPrintJSON(measurementutil.PerfData{Version: "v1", DataItems: items})
		if err != nil {
			return nil, err
		}
		summaries = append(summaries, measurement.CreateSummary(name, "json", content))
	}
	return summaries, violations(calls, serverErrorsBetween(m.first.samples, last.samples), threshold)
}

func (m *serverMetrics) usage(last *scrape) []measurementutil.DataItem {
	seconds := valueOf(last.samples, processorSeconds) - valueOf(m.first.samples, processorSeconds)
	return []measurementutil.DataItem{
		{Unit: "bytes", Labels: map[string]string{"Resource": "memory"}, Data: map[string]float64{
			"Start": valueOf(m.first.samples, residentBytes),
			"Max":   m.highest[residentBytes],
			"End":   valueOf(last.samples, residentBytes),
		}},
		{Unit: "s", Labels: map[string]string{"Resource": "cpu"}, Data: map[string]float64{
			"Used":    seconds,
			"Elapsed": last.at.Sub(m.first.at).Seconds(),
		}},
	}
}

func (m *serverMetrics) store(last *scrape) []measurementutil.DataItem {
	size := func(name string) map[string]float64 {
		return map[string]float64{
			"Start": valueOf(m.first.samples, name), "Max": m.highest[name], "End": valueOf(last.samples, name),
		}
	}
	return []measurementutil.DataItem{
		{Unit: "bytes", Labels: map[string]string{"Size": "file"}, Data: size(storeBytes)},
		{Unit: "bytes", Labels: map[string]string{"Size": "used"}, Data: size(storeUsedBytes)},
		{Unit: "count", Labels: map[string]string{"Count": "revisions"}, Data: map[string]float64{
			"Written": valueOf(last.samples, storeRevision) - valueOf(m.first.samples, storeRevision),
		}},
		{Unit: "ms", Labels: map[string]string{"Latency": "durable writes"},
			Data: histogramBetween(m.first.samples, last.samples, writeBuckets).percentiles()},
	}
}

// A threshold of zero judges errors alone: answers of 5xx are a violation always, whatever was asked.
func violations(calls []*call, serverErrors map[string]float64, threshold time.Duration) error {
	var bad []string
	for _, c := range calls {
		if p99 := c.quantile(0.99); threshold > 0 && p99 > threshold.Seconds() {
			bad = append(bad, fmt.Sprintf("%s: p99 %.0f ms", c.key, p99*1000))
		}
	}
	var failed []string
	for what, count := range serverErrors {
		failed = append(failed, fmt.Sprintf("%s (%.0f answers)", what, count))
	}
	sort.Strings(failed)
	bad = append(bad, failed...)
	if len(bad) > 0 {
		return errors.NewMetricViolationError("API responsiveness", strings.Join(bad, "; "))
	}
	return nil
}

func (m *serverMetrics) Dispose() {
	if m.stop != nil {
		close(m.stop)
		m.done.Wait()
		m.stop = nil
	}
}

func (m *serverMetrics) String() string { return serverMetricsName }
